// What every CorrectionStore must do with the stores beside it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/metering/app/correction_ports.h"
#include "services/metering/app/ledger_reader.h"
#include "services/metering/app/ports.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {

/// `Backend` offers usage(), ledger() and corrections(). Tests do not share projects.
template <typename Backend>
class CorrectionStoreContract : public testing::Test {
 protected:
  // A record of this test's project: ten seconds from `start_us` on.
  UsageRecord Record(std::int64_t start_us = kTenUs) {
    UsageRecord record = ARecord();
    record.project_id = project_;
    record.start_us = start_us;
    record.end_us = start_us + 10 * kSecondUs;
    const auto outcome = backend_.usage().Record(DefaultBills({record}), kTenUs);
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return record;
  }

  Correction About(const UsageRecord& record) const {
    return {.id = NewId(), .project_id = project_, .key = record.key, .note = "why"};
  }

  absl::StatusOr<BookedCorrection> Correct(const Correction& correction) {
    return backend_.corrections().Correct(correction, kTenUs + 1);
  }

  RerateOutcome Rerate(const PriceList& prices, Span period = {kTenUs, kTenUs + kHourUs},
                       int limit = 100, Place after = {}) {
    const auto outcome = backend_.corrections().Rerate({.project_id = project_,
                                                        .period = period,
                                                        .after = after,
                                                        .limit = limit,
                                                        .now_us = kTenUs + kMinuteUs},
                                                       prices);
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return outcome.ok() ? *outcome : RerateOutcome{};
  }

  AttoUsd Cost(Span period) {
    const auto rows = backend_.usage().Sum({.project_id = project_, .period = period}, 9);
    EXPECT_TRUE(rows.ok() && rows->size() == 1) << rows.status();
    return (*rows)[0].sums.cost;
  }

  std::vector<LedgerLine> Lines(int limit = 100, std::int64_t after = 0) {
    const auto lines =
        backend_.usage().ListLines({.project_id = project_, .after_id = after, .limit = limit});
    EXPECT_TRUE(lines.ok()) << lines.status();
    return lines.ok() ? *lines : std::vector<LedgerLine>{};
  }

  // Transactions of the ledger, which is as it has to be.
  std::int64_t Audited() {
    LedgerReader reader(backend_.ledger());
    const auto report = reader.Audit(project_, {0, kTenUs + kDayUs}, 0);
    EXPECT_TRUE(report.ok()) << report.status();
    for (const Difference& each : report->differences) ADD_FAILURE() << each.what;
    return report->transactions;
  }

  // The default prices, but for another one of rtx4000.
  static PriceList WithGpuSecond(std::int64_t nanos) {
    std::vector<Price> prices = DefaultPrices();
    prices.push_back({PriceUnit::kGpuSecond, "rtx4000", nanos, kTenUs});
    return PriceList(std::move(prices), nanos);
  }

  const std::string project_ = NewId();
  Backend backend_;
};
TYPED_TEST_SUITE_P(CorrectionStoreContract);

TYPED_TEST_P(CorrectionStoreContract, AnAmountIsATransactionOfItsOwn) {
  this->Record();
  Correction correction{.id = NewId(),
                        .project_id = this->project_,
                        .endpoint_id = NewId(),
                        .gpu_type = "rtx4000",
                        .amount = {-5},
                        .note = "it's \"late\"",
                        .reference = "T-1"};
  const auto booked = this->Correct(correction);
  ASSERT_TRUE(booked.ok()) << booked.status();
  EXPECT_EQ(booked->transaction, 2);
  EXPECT_EQ(booked->correction, correction);
  EXPECT_EQ(this->Audited(), 2);
  const auto lines = this->Lines();
  ASSERT_EQ(lines.size(), 3);
  EXPECT_EQ(lines[2].entry.kind, EntryKind::kCorrection);
  EXPECT_TRUE(lines[2].entry.amount == AttoUsd{-5});
  EXPECT_EQ(lines[2].endpoint_id, correction.endpoint_id);
  EXPECT_EQ(lines[2].transaction, 2);
}

TYPED_TEST_P(CorrectionStoreContract, TheSameIdIsBookedOnce) {
  const UsageRecord record = this->Record();
  const Correction correction = this->About(record);
  const auto first = this->Correct(correction);
  const auto again = this->Correct(correction);
  ASSERT_TRUE(first.ok() && again.ok()) << again.status();
  EXPECT_EQ(again->transaction, first->transaction);
  EXPECT_EQ(again->correction, first->correction);
  Correction other = correction;
  other.note = "another";
  EXPECT_TRUE(absl::IsAlreadyExists(this->Correct(other).status()));
  EXPECT_EQ(this->Audited(), 2);
}

TYPED_TEST_P(CorrectionStoreContract, ARecordIsTakenBackOnce) {
  const UsageRecord record = this->Record();
  const auto back = this->Correct(this->About(record));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_TRUE(back->correction.amount == FromNanos(-(10 * 60'000 + 100'000)));
  EXPECT_EQ(back->correction.endpoint_id, record.endpoint_id);
  EXPECT_TRUE(absl::IsFailedPrecondition(this->Correct(this->About(record)).status()));
  Correction foreign = this->About(record);
  foreign.project_id = NewId();
  EXPECT_TRUE(absl::IsNotFound(this->Correct(foreign).status()));
  EXPECT_TRUE(absl::IsNotFound(this->Correct(this->About(ARecord())).status()));
  EXPECT_EQ(this->Audited(), 2);
  LedgerReader reader(this->backend_.ledger());
  const auto receipts = reader.Receipts(this->project_, record.key.job_id);
  ASSERT_TRUE(receipts.ok() && receipts->size() == 2) << receipts.status();
  EXPECT_TRUE(ledger::VerifyReceipt((*receipts)[1]).ok());
}

TYPED_TEST_P(CorrectionStoreContract, UsageRatedAgainCostsWhatItDoesNow) {
  this->Record();
  this->Record(kTenUs + kHourUs);
  const Span hour = {kTenUs, kTenUs + kHourUs};
  const Span cut = {kTenUs, kTenUs + 5 * kSecondUs};
  const RerateOutcome outcome = this->Rerate(this->WithGpuSecond(50'000));
  EXPECT_EQ(outcome.records, 1);
  EXPECT_EQ(outcome.changed, 1);
  EXPECT_TRUE(outcome.complete);
  EXPECT_TRUE(outcome.difference == FromNanos(-100'000));
  EXPECT_TRUE(this->Cost(hour) == FromNanos(10 * 50'000 + 100'000));
  EXPECT_TRUE(this->Cost(cut) == FromNanos(5 * 50'000));
  EXPECT_TRUE(this->Cost({kTenUs + kHourUs, kTenUs + 2 * kHourUs}) ==
              FromNanos(10 * 60'000 + 100'000));
  EXPECT_EQ(this->Audited(), 3);
}

TYPED_TEST_P(CorrectionStoreContract, RatingAgainAtTheSamePricesBooksNothing) {
  this->Record();
  EXPECT_EQ(this->Rerate(this->WithGpuSecond(60'000)).changed, 0);
  EXPECT_EQ(this->Rerate(this->WithGpuSecond(70'000)).changed, 1);
  EXPECT_EQ(this->Rerate(this->WithGpuSecond(70'000)).changed, 0);
  EXPECT_EQ(this->Rerate(this->WithGpuSecond(60'000)).changed, 1);
  EXPECT_TRUE(this->Cost({kTenUs, kTenUs + kHourUs}) == FromNanos(10 * 60'000 + 100'000));
  EXPECT_EQ(this->Audited(), 3);
}

TYPED_TEST_P(CorrectionStoreContract, ARecordRatedAgainIsTakenBackAtItsPriceOfNow) {
  const UsageRecord record = this->Record();
  this->Rerate(this->WithGpuSecond(50'000));
  EXPECT_TRUE(this->Correct(this->About(record))->correction.amount ==
              FromNanos(-(10 * 50'000 + 100'000)));
  EXPECT_EQ(this->Audited(), 3);
}

TYPED_TEST_P(CorrectionStoreContract, RecordsAreRatedByPage) {
  for (int i = 0; i < 5; ++i) this->Record(kTenUs + i);
  const PriceList prices = this->WithGpuSecond(1);
  Place after;
  std::int64_t changed = 0;
  for (int page = 0; page < 3; ++page) {
    const RerateOutcome outcome = this->Rerate(prices, {kTenUs, kTenUs + kHourUs}, 2, after);
    EXPECT_EQ(outcome.complete, page == 2);
    changed += outcome.changed;
    after = outcome.last;
  }
  EXPECT_EQ(changed, 5);
  EXPECT_EQ(this->Audited(), 8);
}

TYPED_TEST_P(CorrectionStoreContract, LinesArePagedThroughAllThatIsBooked) {
  const UsageRecord record = this->Record();
  ASSERT_TRUE(this->Correct(this->About(record)).ok());
  this->Rerate(this->WithGpuSecond(50'000));
  this->Record();
  const auto all = this->Lines();
  ASSERT_EQ(all.size(), 2 + 1 + 2 + 2);
  std::int64_t after = 0;
  for (const LedgerLine& line : all) {
    const auto page = this->Lines(1, after);
    ASSERT_EQ(page.size(), 1);
    EXPECT_EQ(page[0].id, line.id);
    after = line.id;
  }
  EXPECT_TRUE(this->Lines(1, after).empty());
}

TYPED_TEST_P(CorrectionStoreContract, AForeignProjectIsNotRated) {
  this->Record();
  const auto outcome = this->backend_.corrections().Rerate(
      {.project_id = NewId(), .period = {kTenUs, kTenUs + kHourUs}, .limit = 9, .now_us = kTenUs},
      this->WithGpuSecond(1));
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->records, 0);
  EXPECT_TRUE(outcome->complete);
}

REGISTER_TYPED_TEST_SUITE_P(CorrectionStoreContract, AnAmountIsATransactionOfItsOwn,
                            TheSameIdIsBookedOnce, ARecordIsTakenBackOnce,
                            UsageRatedAgainCostsWhatItDoesNow,
                            RatingAgainAtTheSamePricesBooksNothing,
                            ARecordRatedAgainIsTakenBackAtItsPriceOfNow, RecordsAreRatedByPage,
                            LinesArePagedThroughAllThatIsBooked, AForeignProjectIsNotRated);

}  // namespace furnace::metering

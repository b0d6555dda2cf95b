#include "services/metering/app/corrector.h"

#include <gtest/gtest.h>

#include "services/metering/app/ledger_reader.h"
#include "tests/support/metering_memory_store.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

constexpr Span kTheHour = {kTenUs, kTenUs + kHourUs};

class OpenFromThen final : public ClosedPeriods {
 public:
  absl::StatusOr<std::int64_t> OpenFrom(const std::string&) override { return open_from_us; }
  std::int64_t open_from_us = 0;
};

class CorrectorTest : public testing::Test {
 protected:
  UsageRecord Record() {
    UsageRecord record = ARecord();
    record.project_id = project_;
    EXPECT_TRUE(usage_.Record(DefaultBills({record}), kTenUs).ok());
    return record;
  }

  const std::string project_ = NewId();
  MemoryUsageStore usage_;
  MemoryPriceStore prices_;
  OpenFromThen closed_;
  FixedClock clock_{kTenUs + kMinuteUs};
  Corrector corrector_{usage_, prices_, closed_, clock_};
  LedgerReader reader_{usage_};
};

TEST_F(CorrectorTest, WhatIsBookedAboutAJobHasReceiptsAndTheAuditIsClean) {
  const UsageRecord record = Record();
  prices_.Add({PriceUnit::kGpuSecond, "rtx4000", 70'000, kTenUs});
  const auto rerated = corrector_.Rerate(project_, kTheHour, {});
  ASSERT_TRUE(rerated.ok()) << rerated.status();
  EXPECT_EQ(rerated->changed, 1);
  const auto back = corrector_.Correct(
      {.id = NewId(), .project_id = project_, .key = record.key, .note = "not theirs"});
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_TRUE(back->correction.amount == FromNanos(-(70'000 * 10 + 100'000)));

  const auto receipts = reader_.Receipts(project_, record.key.job_id);
  ASSERT_TRUE(receipts.ok() && receipts->size() == 3) << receipts.status();
  for (const ledger::Receipt& receipt : *receipts) {
    EXPECT_TRUE(ledger::VerifyReceipt(receipt).ok()) << ledger::VerifyReceipt(receipt).status();
  }
  const auto report = reader_.Audit(project_, {0, kTenUs + kDayUs}, 0);
  ASSERT_TRUE(report.ok() && report->complete);
  EXPECT_TRUE(report->differences.empty());
  EXPECT_EQ(report->transactions, 3);
}

TEST_F(CorrectorTest, RatingTwiceBooksOnce) {
  Record();
  prices_.Add({PriceUnit::kInvocation, "", 1, kTenUs});
  EXPECT_EQ(corrector_.Rerate(project_, kTheHour, {})->changed, 1);
  const auto again = corrector_.Rerate(project_, kTheHour, {});
  EXPECT_EQ(again->records, 1);
  EXPECT_EQ(again->changed, 0);
  EXPECT_EQ(reader_.Head(project_)->number, 2);
}

TEST_F(CorrectorTest, AClosedPeriodIsNotRatedAgain) {
  closed_.open_from_us = kTenUs + 1;
  EXPECT_TRUE(absl::IsFailedPrecondition(corrector_.Rerate(project_, kTheHour, {}).status()));
}

TEST_F(CorrectorTest, ABadPeriodIsRefused) {
  for (const Span period :
       {Span{kTenUs + 1, kTenUs + kHourUs}, Span{kTenUs, kTenUs + 1}, Span{kTenUs, kTenUs},
        Span{kTenUs, kTenUs - kHourUs}, Span{kTenUs, kTenUs + 2 * kHourUs},
        Span{kTenUs - 401 * kDayUs, kTenUs}, Span{0, kTenUs}}) {
    EXPECT_TRUE(absl::IsInvalidArgument(corrector_.Rerate(project_, period, {}).status()))
        << period.start_us << " " << period.end_us;
  }
}

}  // namespace
}  // namespace furnace::metering

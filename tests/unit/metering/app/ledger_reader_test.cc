#include "services/metering/app/ledger_reader.h"

#include <gtest/gtest.h>

#include "tests/support/metering_memory_store.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

constexpr Span kEver = {0, kTenUs + kDayUs};

class LedgerReaderTest : public testing::Test {
 protected:
  UsageRecord Mine() const {
    UsageRecord record = ARecord();
    record.project_id = project_;
    return record;
  }

  void Record(const std::vector<UsageRecord>& records, std::int64_t now_us = kTenUs) {
    ASSERT_TRUE(store_.Record(DefaultBills(records), now_us).ok());
  }

  const std::string project_ = NewId();
  MemoryUsageStore store_;
  LedgerReader reader_{store_};
};

TEST_F(LedgerReaderTest, EachAttemptHasAReceiptThatVerifies) {
  UsageRecord first = Mine();
  UsageRecord second = first;
  second.key.epoch = 2;
  Record({Mine(), first, Mine()});
  Record({second, Mine()});
  const auto receipts = reader_.Receipts(project_, first.key.job_id);
  ASSERT_TRUE(receipts.ok()) << receipts.status();
  ASSERT_EQ(receipts->size(), 2);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto statement = ledger::VerifyReceipt((*receipts)[i]);
    ASSERT_TRUE(statement.ok()) << statement.status();
    EXPECT_EQ(statement->job_id, first.key.job_id);
    EXPECT_EQ(statement->epoch, static_cast<std::int64_t>(i) + 1);
  }
  EXPECT_EQ((*receipts)[0].index, 1);
  EXPECT_EQ((*receipts)[0].previous, Hash{});
  EXPECT_EQ((*receipts)[1].previous, (*receipts)[0].hash);
  EXPECT_EQ(*reader_.Head(project_), (ChainHead{2, (*receipts)[1].hash}));
}

TEST_F(LedgerReaderTest, AForeignJobHasNoReceipt) {
  const UsageRecord mine = Mine();
  Record({mine});
  EXPECT_TRUE(absl::IsNotFound(reader_.Receipts(NewId(), mine.key.job_id).status()));
  EXPECT_TRUE(absl::IsNotFound(reader_.Receipts(project_, NewId()).status()));
}

TEST_F(LedgerReaderTest, AnAuditOfManyTransactionsGoesOnWhereItStopped) {
  const int count = kMaxAudited + 30;
  for (int i = 0; i < count; ++i) Record({Mine(), Mine()});
  const auto first = reader_.Audit(project_, kEver, 0);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->transactions, kMaxAudited);
  EXPECT_FALSE(first->complete);
  const auto rest = reader_.Audit(project_, kEver, first->last.number);
  ASSERT_TRUE(rest.ok()) << rest.status();
  EXPECT_EQ(rest->transactions, 30);
  EXPECT_EQ(rest->records, 60);
  EXPECT_EQ(rest->segments, 60);
  EXPECT_TRUE(rest->differences.empty());
  EXPECT_TRUE(rest->complete);
  EXPECT_EQ(rest->last, *reader_.Head(project_));
  EXPECT_TRUE(absl::IsNotFound(reader_.Audit(project_, kEver, count + 1).status()));
}

TEST_F(LedgerReaderTest, OnlyWhatWasBookedInThePeriodIsAudited) {
  for (int i = 0; i < 5; ++i) Record({Mine()}, kTenUs + i);
  const auto report = reader_.Audit(project_, {kTenUs + 1, kTenUs + 3}, 0);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->transactions, 2);
  EXPECT_EQ(report->last.number, 5);
}

TEST_F(LedgerReaderTest, WithoutALedgerThereIsNothingToAudit) {
  const auto report = reader_.Audit(project_, kEver, 0);
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->complete);
  EXPECT_EQ(report->transactions, 0);
  EXPECT_EQ(*reader_.Head(project_), ChainHead{});
}

}  // namespace
}  // namespace furnace::metering

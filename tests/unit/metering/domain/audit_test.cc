#include "services/metering/domain/audit.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

class CompareTest : public testing::Test {
 protected:
  std::vector<std::string> Compared() {
    std::vector<std::string> found;
    for (const Difference& difference : Compare(before_, stored_, refs_)) {
      EXPECT_EQ(difference.transaction, stored_.transaction.number);
      found.push_back(difference.what);
    }
    return found;
  }

  std::vector<Bill> bills_ = DefaultBills({ARecord(), ARecord()});
  std::vector<const Bill*> refs_ = {&bills_[0], &bills_[1]};
  ChainHead before_ = {.number = 4, .hash = ledger::HashOf({"before"})};
  ChainedTransaction stored_ =
      Chain(before_.hash, *Sum({.project_id = "p", .number = 5, .time_us = 9}, refs_));
};

TEST_F(CompareTest, BooksThatNobodyTouchedDoNotDiffer) { EXPECT_TRUE(Compared().empty()); }

TEST_F(CompareTest, AChangedRecordIsFound) {
  const std::function<void(Bill&)> changes[] = {
      [](Bill& bill) { bill.record.worker_id += "x"; },
      [](Bill& bill) { bill.record.cold_start_us = 1; },
      [](Bill& bill) {
        bill.record.tags = {{"a", "b"}};
      },
      [](Bill& bill) { bill.record.end_us += 1; },
  };
  for (const auto& change : changes) {
    const Bill kept = bills_[1];
    change(bills_[1]);
    EXPECT_EQ(Compared(), std::vector<std::string>{"the records are not those it was made of"});
    bills_[1] = kept;
  }
}

TEST_F(CompareTest, AMissingRecordIsFound) {
  refs_.pop_back();
  const auto found = Compared();
  ASSERT_GE(found.size(), 2);
  EXPECT_EQ(found[0], "has 1 records, not 2");
}

TEST_F(CompareTest, AChangedEntryIsFoundTwice) {
  stored_.transaction.entries[0].amount.value += 1;
  const auto found = Compared();
  ASSERT_EQ(found.size(), 3);
  EXPECT_TRUE(found[0].starts_with("has an entry too many: customer gpu_time")) << found[0];
  EXPECT_TRUE(found[1].starts_with("lacks an entry: customer gpu_time")) << found[1];
  EXPECT_EQ(found[2], "the hash does not follow from the one before");
}

TEST_F(CompareTest, AnythingChangedInTheTransactionBreaksTheChain) {
  const std::function<void(ChainedTransaction&)> changes[] = {
      [](auto& stored) { stored.transaction.time_us += 1; },
      [](auto& stored) { stored.transaction.reason = "opening"; },
      [](auto& stored) { stored.transaction.reference = "x"; },
      [](auto& stored) { stored.transaction.project_id = "q"; },
      [](auto& stored) { stored.hash[0] ^= 1; },
  };
  const ChainedTransaction kept = stored_;
  for (const auto& change : changes) {
    change(stored_);
    EXPECT_EQ(Compared(), std::vector<std::string>{"the hash does not follow from the one before"});
    stored_ = kept;
  }
  before_.hash[5] ^= 1;
  EXPECT_EQ(Compared(), std::vector<std::string>{"the hash does not follow from the one before"});
}

TEST_F(CompareTest, AGapInTheNumbersIsFound) {
  before_.number = 3;
  EXPECT_EQ(Compared(), std::vector<std::string>{"comes after transaction 3"});
}

}  // namespace
}  // namespace furnace::metering

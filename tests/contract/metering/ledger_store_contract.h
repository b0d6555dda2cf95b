// What every LedgerStore must do with what a UsageStore beside it has recorded.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/metering/app/ledger_ports.h"
#include "services/metering/domain/audit.h"
#include "services/metering/domain/canonical.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {

/// `Backend` offers usage() and ledger(). Tests do not share projects.
template <typename Backend>
class LedgerStoreContract : public testing::Test {
 protected:
  // Records of this test's project, `count` a call.
  std::vector<UsageRecord> Record(int count, std::int64_t now_us = kTenUs) {
    std::vector<UsageRecord> records;
    for (int i = 0; i < count; ++i) {
      records.push_back(ARecord());
      records.back().project_id = project_;
    }
    const auto outcome = backend_.usage().Record(DefaultBills(records), now_us);
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return records;
  }

  std::vector<ChainedTransaction> Transactions(std::int64_t after = 0, int limit = 100) {
    const auto transactions = backend_.ledger().Transactions(project_, after, limit);
    EXPECT_TRUE(transactions.ok()) << transactions.status();
    return transactions.ok() ? *transactions : std::vector<ChainedTransaction>{};
  }

  const std::string project_ = NewId();
  Backend backend_;
};
TYPED_TEST_SUITE_P(LedgerStoreContract);

TYPED_TEST_P(LedgerStoreContract, ANewProjectHasAnEmptyLedger) {
  EXPECT_EQ(*this->backend_.ledger().Head(this->project_), ChainHead{});
  EXPECT_TRUE(this->Transactions().empty());
  EXPECT_TRUE(this->backend_.ledger().BillsOf(this->project_, 1, 9)->empty());
  EXPECT_TRUE(this->backend_.ledger().BillsOfJob(this->project_, NewId(), 9)->empty());
  EXPECT_TRUE(this->backend_.ledger().Refused(this->project_, 0, 9)->empty());
}

TYPED_TEST_P(LedgerStoreContract, EachCallIsATransactionThatChainsToTheOneBefore) {
  this->Record(3, kTenUs + 1);
  this->Record(1, kTenUs + 2);
  const auto transactions = this->Transactions();
  ASSERT_EQ(transactions.size(), 2);
  ChainHead before;
  for (const ChainedTransaction& chained : transactions) {
    const Transaction& transaction = chained.transaction;
    EXPECT_EQ(transaction.number, before.number + 1);
    EXPECT_EQ(transaction.project_id, this->project_);
    EXPECT_EQ(transaction.time_us, kTenUs + transaction.number);
    const auto booked =
        this->backend_.ledger().BillsOf(this->project_, transaction.number, transaction.number);
    ASSERT_TRUE(booked.ok()) << booked.status();
    std::vector<const Bill*> bills;
    for (const BookedBill& each : *booked) bills.push_back(&each.bill);
    EXPECT_TRUE(Compare(before, chained, bills).empty());
    before = {transaction.number, chained.hash};
  }
  EXPECT_EQ(transactions[0].transaction.records, 3);
  EXPECT_EQ(*this->backend_.ledger().Head(this->project_), before);
}

TYPED_TEST_P(LedgerStoreContract, ACallThatBringsNothingNewIsNoTransaction) {
  const auto records = this->Record(2);
  ASSERT_TRUE(this->backend_.usage().Record(DefaultBills(records), kTenUs).ok());
  EXPECT_EQ(this->Transactions().size(), 1);
}

TYPED_TEST_P(LedgerStoreContract, TransactionsArePagedByNumber) {
  for (int i = 0; i < 5; ++i) this->Record(1);
  const auto page = this->Transactions(2, 2);
  ASSERT_EQ(page.size(), 2);
  EXPECT_EQ(page[0].transaction.number, 3);
  EXPECT_EQ(page[1].transaction.number, 4);
  EXPECT_FALSE(page[0].transaction.entries.empty());
  EXPECT_TRUE(this->Transactions(5).empty());
}

TYPED_TEST_P(LedgerStoreContract, BillsComeBackAsTheyWereBooked) {
  const auto records = this->Record(4);
  this->Record(1);
  const auto booked = this->backend_.ledger().BillsOf(this->project_, 1, 2);
  ASSERT_TRUE(booked.ok()) << booked.status();
  ASSERT_EQ(booked->size(), 5);
  for (std::size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ((*booked)[i].place.transaction, 1);
    EXPECT_EQ((*booked)[i].bill.record, records[i]);
    EXPECT_EQ(CanonicalText((*booked)[i].bill), CanonicalText(DefaultBill(records[i])));
  }
  const auto of_job = this->backend_.ledger().BillsOfJob(this->project_, records[2].key.job_id, 9);
  ASSERT_EQ(of_job->size(), 1);
  EXPECT_EQ((*of_job)[0].place, (*booked)[2].place);
  EXPECT_TRUE(this->backend_.ledger().BillsOfJob(NewId(), records[2].key.job_id, 9)->empty());
}

TYPED_TEST_P(LedgerStoreContract, ARefusedRecordIsKeptOnceForItsProject) {
  UsageRecord record = ARecord();
  record.project_id = this->project_;
  ASSERT_TRUE(this->backend_.usage().KeepRefused(std::vector{record, record}).ok());
  ASSERT_TRUE(this->backend_.usage().KeepRefused(std::vector{record}).ok());
  record.end_us += 1;
  ASSERT_TRUE(this->backend_.usage().KeepRefused(std::vector{record}).ok());
  const auto refused = this->backend_.ledger().Refused(this->project_, 0, 9);
  ASSERT_TRUE(refused.ok()) << refused.status();
  ASSERT_EQ(refused->size(), 2);
  EXPECT_EQ((*refused)[1].record, CanonicalText(Bill{.record = record}));
  EXPECT_EQ(this->backend_.ledger().Refused(this->project_, (*refused)[0].id, 9)->size(), 1);
  EXPECT_TRUE(this->backend_.ledger().Refused(NewId(), 0, 9)->empty());
}

REGISTER_TYPED_TEST_SUITE_P(LedgerStoreContract, ANewProjectHasAnEmptyLedger,
                            EachCallIsATransactionThatChainsToTheOneBefore,
                            ACallThatBringsNothingNewIsNoTransaction, TransactionsArePagedByNumber,
                            BillsComeBackAsTheyWereBooked, ARefusedRecordIsKeptOnceForItsProject);

}  // namespace furnace::metering

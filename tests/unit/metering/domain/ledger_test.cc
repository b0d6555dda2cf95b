#include "services/metering/domain/ledger.h"

#include <gtest/gtest.h>

#include <limits>

#include "libs/common/ledger/merkle.h"
#include "services/metering/domain/canonical.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

// The transaction of these records, all of one project and endpoint.
Transaction SumOf(std::vector<UsageRecord> records) {
  for (UsageRecord& record : records) record.endpoint_id = "e";
  const std::vector<Bill> bills = DefaultBills(records);
  std::vector<const Bill*> refs;
  for (const Bill& bill : bills) refs.push_back(&bill);
  const auto transaction = Sum({.project_id = "p", .number = 1}, refs);
  EXPECT_TRUE(transaction.ok()) << transaction.status();
  return *transaction;
}

AttoUsd Balance(const Transaction& transaction) {
  AttoUsd sum;
  for (const LedgerEntry& entry : transaction.entries) sum = *Add(sum, entry.amount);
  return sum;
}

TEST(SumTest, EntriesThatAgreeAreOne) {
  const Transaction transaction = SumOf({ARecord(), ARecord(), ARecord()});
  ASSERT_EQ(transaction.entries.size(), 3);
  EXPECT_EQ(transaction.records, 3);
  EXPECT_EQ(transaction.entries[0].kind, EntryKind::kGpuTime);
  EXPECT_EQ(transaction.entries[0].price_nanos, 60'000);
  EXPECT_TRUE(transaction.entries[0].quantity == Int128{3} * 10 * kSecondUs * 1'000);
  EXPECT_TRUE(transaction.entries[0].amount == FromNanos(3 * 600'000));
  EXPECT_EQ(transaction.entries[1].kind, EntryKind::kInvocation);
  EXPECT_TRUE(transaction.entries[1].quantity == 3);
  EXPECT_EQ(transaction.entries[2].account, Account::kRevenue);
  EXPECT_TRUE(Balance(transaction) == AttoUsd{});
}

TEST(SumTest, WhatDiffersStaysApart) {
  UsageRecord other_gpu = ARecord();
  other_gpu.gpu_type = "rtx4090";
  UsageRecord unpriced = ARecord();
  unpriced.gpu_type = "h100";
  UsageRecord lost = ARecord();
  lost.cause = Cause::kWorkerLost;
  const Transaction transaction = SumOf({ARecord(), other_gpu, unpriced, lost});
  std::vector<std::pair<EntryKind, std::string>> kinds;
  for (const LedgerEntry& entry : transaction.entries) {
    kinds.emplace_back(entry.kind, entry.gpu_type);
  }
  EXPECT_EQ(kinds,
            (std::vector<std::pair<EntryKind, std::string>>{{EntryKind::kGpuTime, "h100"},
                                                            {EntryKind::kGpuTime, "rtx4000"},
                                                            {EntryKind::kGpuTime, "rtx4090"},
                                                            {EntryKind::kInvocation, "h100"},
                                                            {EntryKind::kInvocation, "rtx4000"},
                                                            {EntryKind::kInvocation, "rtx4090"},
                                                            {EntryKind::kCredit, "rtx4000"},
                                                            {EntryKind::kBalance, ""},
                                                            {EntryKind::kBalance, ""}}));
  EXPECT_EQ(transaction.entries[0].price_nanos, std::nullopt);
  EXPECT_TRUE(Balance(transaction) == AttoUsd{});
}

TEST(SumTest, FourQuartersOfAGpuCostExactlyOne) {
  std::vector<UsageRecord> quarters(4, ARecord());
  for (UsageRecord& quarter : quarters) quarter.milli_gpus = 250;
  std::vector<UsageRecord> whole = {ARecord()};
  EXPECT_EQ(SumOf(quarters).entries[0], SumOf(whole).entries[0]);
}

TEST(SumTest, TheRootIsOverTheRecordsInTheirOrder) {
  const std::vector<Bill> bills = DefaultBills({ARecord(), ARecord()});
  const Bill* const order[] = {&bills[0], &bills[1]};
  const Bill* const other_order[] = {&bills[1], &bills[0]};
  const auto transaction = Sum({}, order);
  const Hash leaves[] = {ledger::LeafHash(CanonicalText(bills[0])),
                         ledger::LeafHash(CanonicalText(bills[1]))};
  EXPECT_EQ(transaction->root, ledger::RootOf(leaves));
  EXPECT_NE(Sum({}, other_order)->root, transaction->root);
  EXPECT_EQ(Sum({}, other_order)->entries, transaction->entries);
}

TEST(SumTest, SumsThatGrowTooLargeAreAnError) {
  const PriceList prices(
      {{PriceUnit::kGpuSecond, "g", std::numeric_limits<std::int64_t>::max(), kEarliestUs}});
  UsageRecord record = ARecord();
  record.gpu_type = "g";
  record.end_us = record.start_us + kHourUs;
  record.milli_gpus = 2'500'000'000;
  const auto bill = MakeBill(record, prices);
  ASSERT_TRUE(bill.ok()) << bill.status();
  const Bill* const twice[] = {&*bill, &*bill};
  EXPECT_TRUE(absl::IsOutOfRange(Sum({}, twice).status()));
}

TEST(ChainTest, AHashStandsForAllThatCameBefore) {
  const Transaction transaction = SumOf({ARecord()});
  const ChainedTransaction first = Chain(Hash{}, transaction);
  EXPECT_EQ(first.hash, ledger::ChainHash(Hash{}, CanonicalText(transaction)));
  EXPECT_NE(Chain(first.hash, transaction).hash, first.hash);
}

}  // namespace
}  // namespace furnace::metering

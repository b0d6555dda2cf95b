#include "services/metering/domain/billing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

std::vector<Entry> CustomerEntries(const Bill& bill) {
  std::vector<Entry> entries;
  std::copy_if(bill.entries.begin(), bill.entries.end(), std::back_inserter(entries),
               [](const Entry& entry) { return entry.account == Account::kCustomer; });
  return entries;
}

AttoUsd SumOf(const Bill& bill, Account account) {
  AttoUsd sum;
  for (const Entry& entry : bill.entries) {
    if (entry.account == account) sum = *Add(sum, entry.amount);
  }
  return sum;
}

void ExpectBalanced(const Bill& bill) {
  const AttoUsd customer = SumOf(bill, Account::kCustomer);
  const AttoUsd others = *Add(SumOf(bill, Account::kRevenue), SumOf(bill, Account::kCredits));
  EXPECT_TRUE(customer == -others);
}

class BilledCauseTest : public testing::TestWithParam<Cause> {};

TEST_P(BilledCauseTest, IsChargedItsGpuTimeAndOneInvocation) {
  UsageRecord record = ARecord();
  record.cause = GetParam();
  const Bill bill = DefaultBill(record);
  const std::vector<Entry> entries = CustomerEntries(bill);
  ASSERT_EQ(entries.size(), 2);
  EXPECT_EQ(entries[0].kind, EntryKind::kGpuTime);
  EXPECT_EQ(*ToNanos(entries[0].amount), 600'000);  // 10 s at 60,000.
  EXPECT_EQ(entries[0].gpu_milli_us, 10 * kSecondUs * 1'000);
  EXPECT_EQ(entries[0].price_nanos, 60'000);
  EXPECT_EQ(entries[1].kind, EntryKind::kInvocation);
  EXPECT_EQ(*ToNanos(entries[1].amount), 100'000);
  EXPECT_EQ(entries[1].gpu_milli_us, 0);
  EXPECT_EQ(bill.invocation_nanos, 100'000);
  EXPECT_EQ(*ToNanos(SumOf(bill, Account::kRevenue)), -700'000);
  ExpectBalanced(bill);
}

INSTANTIATE_TEST_SUITE_P(Causes, BilledCauseTest,
                         testing::Values(Cause::kNone, Cause::kHandlerError, Cause::kHandlerExited,
                                         Cause::kTimeout));

class CreditedCauseTest : public testing::TestWithParam<Cause> {};

TEST_P(CreditedCauseTest, IsChargedAndCreditedEachChargeInFull) {
  UsageRecord record = ARecord();
  record.cause = GetParam();
  record.start_us = kTenUs - kSecondUs;  // Two hours, so two charges.
  const Bill bill = DefaultBill(record);
  const std::vector<Entry> entries = CustomerEntries(bill);
  ASSERT_EQ(entries.size(), 4);
  for (std::size_t i = 0; i < entries.size(); i += 2) {
    EXPECT_EQ(entries[i].kind, EntryKind::kGpuTime);
    EXPECT_EQ(entries[i + 1].kind, EntryKind::kCredit);
    EXPECT_TRUE(entries[i].amount.value > 0);
    EXPECT_TRUE(entries[i].amount == -entries[i + 1].amount);
    EXPECT_EQ(entries[i].span, entries[i + 1].span);
    EXPECT_EQ(entries[i].gpu_milli_us, entries[i + 1].gpu_milli_us);
  }
  EXPECT_EQ(bill.invocation_nanos, std::nullopt);
  EXPECT_TRUE(SumOf(bill, Account::kCustomer) == AttoUsd{});
  EXPECT_EQ(*ToNanos(SumOf(bill, Account::kRevenue)), -660'000);
  EXPECT_EQ(*ToNanos(SumOf(bill, Account::kCredits)), 660'000);
  ExpectBalanced(bill);
}

INSTANTIATE_TEST_SUITE_P(Causes, CreditedCauseTest,
                         testing::Values(Cause::kWorkerLost, Cause::kPlatform));

TEST(MakeBillTest, APartIsChargedItsTimeAndIsNoInvocation) {
  UsageRecord record = ARecord();
  record.kind = UsageKind::kPart;
  record.key.epoch = EpochOf(1, 1);
  const Bill bill = DefaultBill(record);
  ASSERT_EQ(CustomerEntries(bill).size(), 1);
  EXPECT_EQ(CustomerEntries(bill)[0].kind, EntryKind::kGpuTime);
  EXPECT_EQ(bill.invocation_nanos, std::nullopt);
  ExpectBalanced(bill);
}

TEST(MakeBillTest, PartsAndTheRestOfALostAttemptAndTheirRefundAreNothing) {
  UsageRecord part = ARecord();
  part.kind = UsageKind::kPart;
  part.key.epoch = EpochOf(1, 1);
  part.start_us = kTenUs - kHourUs / 2;
  part.end_us = kTenUs;
  UsageRecord rest = ARecord();
  rest.key.epoch = EpochOf(1, 2);
  rest.cause = Cause::kWorkerLost;
  UsageRecord refund = part;
  refund.kind = UsageKind::kRefund;
  refund.key.epoch = EpochOf(1, 3);
  refund.cause = Cause::kWorkerLost;
  const Bill refunded = DefaultBill(refund);
  ASSERT_EQ(CustomerEntries(refunded).size(), 1);
  EXPECT_EQ(CustomerEntries(refunded)[0].kind, EntryKind::kCredit);
  EXPECT_TRUE(SumOf(refunded, Account::kRevenue) == AttoUsd{});
  ExpectBalanced(refunded);
  AttoUsd owed;
  std::int64_t charged = 0;
  for (const UsageRecord& record : {part, rest, refund}) {
    for (const Entry& entry : CustomerEntries(DefaultBill(record))) {
      owed = *Add(owed, entry.amount);
      charged += (entry.kind == EntryKind::kCredit ? -1 : 1) * entry.gpu_milli_us;
    }
  }
  EXPECT_TRUE(owed == AttoUsd{});
  EXPECT_EQ(charged, 0);
}

TEST(MakeBillTest, ALeaseOfNoLengthIsAnInvocationWithoutSegments) {
  UsageRecord record = ARecord();
  record.end_us = record.start_us;
  const Bill bill = DefaultBill(record);
  EXPECT_TRUE(bill.segments.empty());
  ASSERT_EQ(CustomerEntries(bill).size(), 1);
  EXPECT_EQ(CustomerEntries(bill)[0].kind, EntryKind::kInvocation);
  ExpectBalanced(bill);
}

TEST(MakeBillTest, ACreditedLeaseOfNoLengthHasNothingToEnter) {
  UsageRecord record = ARecord();
  record.end_us = record.start_us;
  record.cause = Cause::kWorkerLost;
  const Bill bill = DefaultBill(record);
  EXPECT_TRUE(bill.segments.empty());
  EXPECT_TRUE(bill.entries.empty());
}

TEST(MakeBillTest, AnUnknownGpuTypeIsKeptWithoutAPrice) {
  UsageRecord record = ARecord();
  record.gpu_type = "h100";
  const Bill bill = DefaultBill(record);
  ASSERT_EQ(bill.segments.size(), 1);
  EXPECT_EQ(bill.segments[0].price_nanos, std::nullopt);
  const std::vector<Entry> entries = CustomerEntries(bill);
  ASSERT_EQ(entries.size(), 2);
  EXPECT_TRUE(entries[0].amount == AttoUsd{});
  EXPECT_EQ(entries[0].gpu_milli_us, 10 * kSecondUs * 1'000);
  ExpectBalanced(bill);
}

TEST(MakeBillTest, EachHourHasThePriceInForceInIt) {
  const PriceList prices(
      {{PriceUnit::kGpuSecond, "g", 10, kEarliestUs}, {PriceUnit::kGpuSecond, "g", 30, kTenUs}});
  UsageRecord record = ARecord();
  record.gpu_type = "g";
  record.start_us = kTenUs - 2;
  record.end_us = kTenUs + 3;
  const auto bill = MakeBill(record, prices);
  ASSERT_TRUE(bill.ok()) << bill.status();
  ASSERT_EQ(bill->segments.size(), 2);
  EXPECT_EQ(bill->segments[0].price_nanos, 10);
  EXPECT_EQ(bill->segments[1].price_nanos, 30);
  EXPECT_TRUE(SumOf(*bill, Account::kCustomer) == AttoUsd{(2 * 10 + 3 * 30) * 1'000});
  EXPECT_EQ(bill->invocation_nanos, std::nullopt);
  ExpectBalanced(*bill);
}

TEST(MakeBillTest, ManyGpusAndPartsOfOneAreChargedExactly) {
  UsageRecord record = ARecord();
  record.end_us = record.start_us + 1;
  record.milli_gpus = 16'000;
  EXPECT_TRUE(CustomerEntries(DefaultBill(record))[0].amount == AttoUsd{60'000LL * 16'000});
  record.milli_gpus = 333;
  EXPECT_TRUE(CustomerEntries(DefaultBill(record))[0].amount == AttoUsd{60'000LL * 333});
}

TEST(MakeBillTest, ACoveredAttemptIsChargedItsInvocationOnly) {
  UsageRecord record = ARecord();
  record.covered = true;
  const std::vector<Entry> entries = CustomerEntries(DefaultBill(record));
  ASSERT_EQ(entries.size(), 2);
  EXPECT_EQ(entries[0].kind, EntryKind::kCovered);
  EXPECT_TRUE(entries[0].amount == AttoUsd{});
  EXPECT_EQ(entries[0].gpu_milli_us, 10 * kSecondUs * 1'000);
  EXPECT_EQ(entries[1].kind, EntryKind::kInvocation);
  record.cause = Cause::kPlatform;
  EXPECT_EQ(CustomerEntries(DefaultBill(record)).size(), 1);
  ExpectBalanced(DefaultBill(record));
}

TEST(MakeBillTest, AnAlwaysOnWorkerCosts30PercentLessAndIsNoInvocation) {
  UsageRecord record = ARecord();
  record.kind = UsageKind::kWorker;
  const std::vector<Entry> entries = CustomerEntries(DefaultBill(record));
  ASSERT_EQ(entries.size(), 1);
  EXPECT_EQ(entries[0].price_nanos, 42'000);
  EXPECT_EQ(*ToNanos(entries[0].amount), 420'000);
}

TEST(MakeBillTest, AnInstanceCostsWhatAFlexWorkerDoes) {
  UsageRecord record = ARecord();
  record.kind = UsageKind::kInstance;
  const std::vector<Entry> entries = CustomerEntries(DefaultBill(record));
  ASSERT_EQ(entries.size(), 1);
  EXPECT_EQ(*ToNanos(entries[0].amount), 600'000);
}

TEST(MakeBillTest, AGigabyteForAMonthCostsItsPrice) {
  UsageRecord record = ARecord();
  record.kind = UsageKind::kStorage;
  record.gpu_type.clear();
  record.milli_gpus = 0;
  record.bytes = 1'000'000'000;
  AttoUsd month;
  for (int slice = 0; slice < 5; ++slice) {  // Of 146 hours: 730 in all.
    record.start_us = kTenUs + slice * 146 * kHourUs;
    record.end_us = record.start_us + 146 * kHourUs;
    const Bill bill = DefaultBill(record);
    EXPECT_EQ(bill.segments.size(), 146);
    ExpectBalanced(bill);
    month = *Add(month, SumOf(bill, Account::kCustomer));
  }
  EXPECT_EQ(*ToNanos(month), 20'000'000);
}

TEST(RemakeBillTest, IsTheBillThatWasMade) {
  UsageRecord record = ARecord();
  record.start_us = kTenUs - kSecondUs;
  record.cause = Cause::kTimeout;
  const Bill bill = DefaultBill(record);
  const auto remade = RemakeBill(record, {60'000, 60'000}, 100'000);
  ASSERT_TRUE(remade.ok()) << remade.status();
  ASSERT_EQ(remade->entries.size(), bill.entries.size());
  for (std::size_t i = 0; i < bill.entries.size(); ++i) {
    EXPECT_TRUE(remade->entries[i].amount == bill.entries[i].amount);
    EXPECT_EQ(remade->entries[i].span, bill.entries[i].span);
  }
  EXPECT_TRUE(absl::IsInvalidArgument(RemakeBill(record, {60'000}, 100'000).status()));
}

TEST(MakeBillTest, ColdStartIsNotCharged) {
  UsageRecord record = ARecord();
  const Bill without = DefaultBill(record);
  record.cold_start_us = kHourUs;
  EXPECT_TRUE(SumOf(DefaultBill(record), Account::kCustomer) == SumOf(without, Account::kCustomer));
}

TEST(MakeBillTest, ChargesThatGrowTooLargeAreAnError) {
  const PriceList prices(
      {{PriceUnit::kGpuSecond, "g", std::numeric_limits<std::int64_t>::max(), kEarliestUs}});
  UsageRecord record = ARecord();
  record.gpu_type = "g";
  record.milli_gpus = std::int64_t{1} << 31;
  record.end_us = record.start_us + kMaxLeaseUs;
  EXPECT_TRUE(absl::IsOutOfRange(MakeBill(record, prices).status()));
}

}  // namespace
}  // namespace furnace::metering

#include "services/metering/domain/usage_sums.h"

#include <gtest/gtest.h>

#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

TEST(SumsOfTest, CutsASegmentAtBothEnds) {
  const Bill bill = DefaultBill(ARecord());
  const UsageSums sums = SumsOf(bill.record, bill.segments[0], {kTenUs + 2, kTenUs + 5});
  EXPECT_TRUE(sums.gpu_milli_us == 3 * 1'000);
  EXPECT_TRUE(sums.cost == AttoUsd{3LL * 1'000 * 60'000});
}

TEST(SumsOfTest, ASegmentInsideCountsWhole) {
  const Bill bill = DefaultBill(ARecord());
  const UsageSums sums = SumsOf(bill.record, bill.segments[0], {0, kTenUs + kDayUs});
  EXPECT_TRUE(sums.gpu_milli_us == 10 * kSecondUs * 1'000);
}

TEST(SumsOfTest, CreditedTimeCostsNothingAndIsNotBilled) {
  UsageRecord record = ARecord();
  record.cause = Cause::kPlatform;
  const Bill bill = DefaultBill(record);
  const UsageSums sums = SumsOf(bill.record, bill.segments[0], bill.segments[0].span);
  EXPECT_TRUE((sums == UsageSums{.credited_gpu_milli_us = 10 * kSecondUs * 1'000}));
}

TEST(SumsOfTest, ARefundTurnsBilledTimeIntoCreditedTime) {
  for (const char* gpu_type : {"rtx4000", "h100"}) {
    UsageRecord part = ARecord();
    part.gpu_type = gpu_type;
    part.kind = UsageKind::kPart;
    UsageRecord refund = part;
    refund.kind = UsageKind::kRefund;
    refund.cause = Cause::kPlatform;
    const Bill charged = DefaultBill(part);
    const Bill back = DefaultBill(refund);
    const UsageSums sums = *Add(SumsOf(part, charged.segments[0], charged.segments[0].span),
                                SumsOf(refund, back.segments[0], back.segments[0].span));
    EXPECT_TRUE((sums == UsageSums{.credited_gpu_milli_us = 10 * kSecondUs * 1'000})) << gpu_type;
    EXPECT_TRUE(SumsAtEnd(charged) == UsageSums{});
    EXPECT_TRUE(SumsAtEnd(back) == UsageSums{});
  }
}

TEST(SumsOfTest, UnpricedTimeIsPartOfTheBilledTime) {
  UsageRecord record = ARecord();
  record.gpu_type = "h100";
  const Bill bill = DefaultBill(record);
  const UsageSums sums = SumsOf(bill.record, bill.segments[0], bill.segments[0].span);
  EXPECT_TRUE(sums.gpu_milli_us == sums.unpriced_gpu_milli_us);
  EXPECT_TRUE(sums.cost == AttoUsd{});
}

TEST(SumsAtEndTest, CountsInvocationAndColdStart) {
  UsageRecord record = ARecord();
  record.cold_start_us = 5;
  EXPECT_TRUE((SumsAtEnd(DefaultBill(record)) ==
               UsageSums{.invocations = 1, .cold_start_us = 5, .cost = FromNanos(100'000)}));
  record.tokens = 7;
  EXPECT_TRUE(SumsAtEnd(DefaultBill(record)).tokens == 7);
  record.cause = Cause::kWorkerLost;
  EXPECT_TRUE((SumsAtEnd(DefaultBill(record)) == UsageSums{.cold_start_us = 5}));
}

TEST(SumByHourTest, SplitsByHourAndCountsTheInvocationWhereTheAttemptEnds) {
  UsageRecord record = ARecord();
  record.start_us = kTenUs - 4;
  record.end_us = kTenUs + 6;
  const Bill bill = DefaultBill(record);
  const Bill* const bills[] = {&bill, &bill};
  const auto hours = SumByHour(bills);
  ASSERT_TRUE(hours.ok());
  ASSERT_EQ(hours->size(), 2);
  const auto first = hours->begin();
  EXPECT_EQ(first->first.hour_us, kTenUs - kHourUs);
  EXPECT_TRUE(first->second.sums.gpu_milli_us == 2 * 4 * 1'000);
  EXPECT_TRUE(first->second.sums.invocations == 0);
  const auto second = std::next(first);
  EXPECT_EQ(second->first.hour_us, kTenUs);
  EXPECT_TRUE(second->second.sums.gpu_milli_us == 2 * 6 * 1'000);
  EXPECT_TRUE(second->second.sums.invocations == 2);
}

TEST(SumByHourTest, KeysAreApartAndTokensCountWhereTheAttemptEnds) {
  UsageRecord record = ARecord();
  record.start_us = kTenUs - 4;
  record.end_us = kTenUs + 6;
  record.tokens = 9;
  UsageRecord keyed = record;
  keyed.api_key_id = NewId();
  const Bill bill = DefaultBill(record);
  const Bill of_key = DefaultBill(keyed);
  const Bill* const bills[] = {&bill, &of_key, &of_key};
  const auto hours = SumByHour(bills);
  ASSERT_EQ(hours->size(), 4);
  for (const auto& [key, hour] : *hours) {
    const int records = key.api_key_id.empty() ? 1 : 2;
    EXPECT_TRUE(key.api_key_id.empty() || key.api_key_id == keyed.api_key_id);
    EXPECT_TRUE(hour.sums.tokens == (key.hour_us == kTenUs ? records * 9 : 0));
    EXPECT_TRUE(hour.sums.gpu_milli_us == records * (key.hour_us == kTenUs ? 6'000 : 4'000));
  }
}

TEST(SumChangesTest, WhatIsRatedAgainStaysWithItsKeyAndKeepsItsTokens) {
  UsageRecord record = ARecord();
  record.api_key_id = NewId();
  record.tokens = 9;
  const Bill before = DefaultBill(record);
  Bill after = before;
  after.segments[0].price_nanos = 1;
  const Bill* const old_bills[] = {&before};
  const Bill* const new_bills[] = {&after};
  const auto changes = SumChanges(old_bills, new_bills);
  ASSERT_EQ(changes->size(), 1);
  EXPECT_EQ(changes->begin()->first.api_key_id, record.api_key_id);
  EXPECT_TRUE(changes->begin()->second.sums.tokens == 0);
  EXPECT_TRUE(changes->begin()->second.sums.cost == FromNanos(-59'999 * 10));
}

TEST(SumByHourTest, AnAttemptThatEndsOnTheHourIsInvokedInTheHourThatBegins) {
  UsageRecord record = ARecord();
  record.start_us = kTenUs - 4;
  record.end_us = kTenUs;
  const Bill bill = DefaultBill(record);
  const Bill* const bills[] = {&bill};
  const auto hours = SumByHour(bills);
  ASSERT_EQ(hours->size(), 2);
  EXPECT_TRUE(std::next(hours->begin())->second.sums ==
              (UsageSums{.invocations = 1, .cost = FromNanos(100'000)}));
}

TEST(SumByHourTest, NothingMakesNoHour) {
  UsageRecord record = ARecord();
  record.start_us = kTenUs - 4;
  record.end_us = kTenUs;
  record.cause = Cause::kWorkerLost;
  const Bill bill = DefaultBill(record);
  const Bill* const bills[] = {&bill};
  EXPECT_EQ(SumByHour(bills)->size(), 1);
}

}  // namespace
}  // namespace furnace::metering

#include "services/metering/app/correction_steps.h"

#include <gtest/gtest.h>

#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

TEST(ResolveTest, TakesBackWhatIsLeftOfARecord) {
  const Bill bill = DefaultBill(ARecord());
  const AttoUsd owed = *OwedBy(bill.entries);
  const auto all = Resolve({}, bill, {});
  EXPECT_TRUE(all->amount == -owed);
  EXPECT_EQ(all->endpoint_id, bill.record.endpoint_id);
  EXPECT_TRUE(Resolve({}, bill, {-1})->amount == (AttoUsd{1 - owed.value}));
  EXPECT_TRUE(absl::IsFailedPrecondition(Resolve({}, bill, -owed).status()));
  EXPECT_TRUE(Resolve({.amount = {5}}, bill, -owed)->amount == AttoUsd{5});
}

TEST(CheckSameTest, TheSameIdIsTheSameCorrection) {
  const Correction asked{.id = NewId(), .project_id = NewId(), .key = {NewId(), 1}, .note = "a"};
  Correction booked = asked;
  booked.amount = {-5};
  booked.endpoint_id = NewId();
  EXPECT_TRUE(CheckSame(asked, booked).ok());
  booked.note = "b";
  EXPECT_TRUE(absl::IsAlreadyExists(CheckSame(asked, booked)));
}

TEST(RateBatchTest, BooksOnlyWhatDiffersAndSumsIt) {
  const Bill dear = *RemakeBill(ARecord(), {80'000}, 100'000);
  const Bill same = DefaultBill(ARecord());
  const std::vector<BookedBill> bills = {{.place = {1, 0}, .bill = dear},
                                         {.place = {1, 1}, .bill = same}};
  const RerateStep step{
      .period = {kTenUs, kTenUs + kHourUs}, .limit = 2, .now_us = kTenUs + kMinuteUs};
  const auto batch = RateBatch(step, PriceList(DefaultPrices()), bills);
  ASSERT_TRUE(batch.ok()) << batch.status();
  EXPECT_EQ(batch->outcome.records, 2);
  EXPECT_EQ(batch->outcome.changed, 1);
  EXPECT_FALSE(batch->outcome.complete);
  EXPECT_EQ(batch->outcome.last, (Place{1, 1}));
  EXPECT_TRUE(batch->outcome.difference == FromNanos(-20'000 * 10));
  ASSERT_EQ(batch->hours.size(), 1);
  EXPECT_TRUE(batch->hours.begin()->second.sums == UsageSums{.cost = FromNanos(-20'000 * 10)});
}

}  // namespace
}  // namespace furnace::metering

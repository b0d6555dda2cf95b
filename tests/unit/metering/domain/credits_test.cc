#include "services/metering/domain/credits.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/support/metering_memory_credits.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

constexpr Span kDay = {kTenUs, kTenUs + kDayUs};
constexpr std::int64_t kPrice = 1'000;

class ApplyGrantsTest : public testing::Test {
 protected:
  // A grant that has all of so many nano-dollars left.
  GrantBalance Left(std::int64_t nanos) { return {AGrant(project_, nanos), FromNanos(nanos)}; }

  // What each pays, in nano-dollars, in the order of use.
  std::vector<std::int64_t> Apply(const std::vector<GrantBalance>& grants,
                                  const std::vector<Adjustment>& adjustments = {}) {
    const auto uses = ApplyGrants(grants, kDay, charges_, adjustments);
    EXPECT_TRUE(uses.ok()) << uses.status();
    std::vector<std::int64_t> nanos;
    for (const Adjustment& use : *uses) nanos.push_back(-*ToNanos(use.amount));
    return nanos;
  }

  using Nanos = std::vector<std::int64_t>;
  const std::string project_ = NewId();
  const std::string endpoint_ = NewId();
  std::vector<Charge> charges_ = {GpuTimeCharge(endpoint_, "a", kPrice, 3),
                                  GpuTimeCharge(NewId(), "b", kPrice, 7)};
};

TEST_F(ApplyGrantsTest, NoneMoreThanItHasNorThanIsOwed) {
  EXPECT_EQ(Apply({Left(4'000)}), Nanos{4'000});
  EXPECT_EQ(Apply({Left(40'000)}), Nanos{10'000});
  EXPECT_EQ(Apply({Left(4'000), Left(40'000), Left(5)}), (Nanos{4'000, 6'000}));
  EXPECT_EQ(Apply({}), Nanos{});
}

TEST_F(ApplyGrantsTest, ByPriorityThenExpiryThenId) {
  GrantBalance first = Left(1);
  GrantBalance second = Left(2);
  GrantBalance third = Left(3);
  GrantBalance fourth = Left(4);
  fourth.grant.priority = 1;
  fourth.grant.valid.end_us = kDay.end_us;
  second.grant.valid.end_us = third.grant.valid.end_us = kDay.end_us + 1;
  first.grant.valid.end_us = kDay.end_us;
  EXPECT_EQ(Apply({fourth, third, second, first}), (Nanos{1, 2, 3, 4}));
}

TEST_F(ApplyGrantsTest, OnlyWhenValidAtSomeMomentOfThePeriod) {
  const auto pays = [&](Span valid) {
    GrantBalance grant = Left(1);
    grant.grant.valid = valid;
    return !Apply({grant}).empty();
  };
  EXPECT_TRUE(pays({kDay.start_us - 1, kDay.start_us + 1}));
  EXPECT_TRUE(pays({kDay.end_us - 1, kDay.end_us + 1}));
  EXPECT_FALSE(pays({kDay.start_us - 9, kDay.start_us}));
  EXPECT_FALSE(pays({kDay.end_us, kDay.end_us + 9}));
}

TEST_F(ApplyGrantsTest, OnlyInItsScope) {
  GrantBalance of_endpoint = Left(40'000);
  of_endpoint.grant.scope.endpoint_ids = {endpoint_};
  GrantBalance of_gpu = Left(40'000);
  of_gpu.grant.scope.gpu_types = {"b"};
  GrantBalance of_storage = Left(40'000);
  of_storage.grant.scope.kinds = {EntryKind::kStorage};
  EXPECT_EQ(Apply({of_endpoint}), Nanos{3'000});
  EXPECT_EQ(Apply({of_gpu}), Nanos{7'000});
  EXPECT_EQ(Apply({of_storage}), Nanos{});
  EXPECT_EQ(Apply({of_endpoint, of_gpu, Left(1)}), (Nanos{3'000, 7'000}));
}

TEST_F(ApplyGrantsTest, AfterWhatOthersPay) {
  const std::vector<Adjustment> subsidy = {
      {.kind = AdjustmentKind::kSubsidy, .endpoint_id = endpoint_, .amount = -FromNanos(2'999)}};
  GrantBalance grant = Left(40'000);
  grant.grant.scope.endpoint_ids = {endpoint_};
  EXPECT_EQ(Apply({grant}, subsidy), Nanos{1});
}

TEST_F(ApplyGrantsTest, AUseTellsItsGrant) {
  GrantBalance grant = Left(1);
  grant.grant.scope.endpoint_ids = {endpoint_};
  const auto uses = ApplyGrants({grant}, kDay, charges_, {});
  ASSERT_TRUE(uses.ok() && uses->size() == 1);
  EXPECT_EQ(uses->front(), (Adjustment{.kind = AdjustmentKind::kCredit,
                                       .reference = grant.grant.id,
                                       .description = "Credit: a test",
                                       .endpoint_id = endpoint_,
                                       .amount = -FromNanos(1)}));
}

TEST(GrantTest, WhatIsOutOfRangeIsNamed) {
  const std::int64_t now = kTenUs;
  using Change = std::function<void(Grant&)>;
  const std::vector<std::pair<std::string, Change>> changes = {
      {"project_id", [](Grant& grant) { grant.project_id = "x"; }},
      {"amount_nanos", [](Grant& grant) { grant.amount_nanos = 0; }},
      {"amount_nanos", [](Grant& grant) { grant.amount_nanos = -5; }},
      {"priority", [](Grant& grant) { grant.priority = -1; }},
      {"priority", [](Grant& grant) { grant.priority = 1'001; }},
      {"valid_from", [](Grant& grant) { grant.valid.start_us = 0; }},
      {"valid_until", [](Grant& grant) { grant.valid.end_us = grant.valid.start_us; }},
      {"valid_until",
       [&](Grant& grant) {
         grant.valid = {now - 9, now};
       }},
      {"valid_until", [](Grant& grant) { grant.valid.end_us = kTenUs + kMaxValidUs + 1; }},
      {"reason", [](Grant& grant) { grant.reason = ""; }},
      {"reason", [](Grant& grant) { grant.reason = "a\nb"; }},
      {"idempotency_key", [](Grant& grant) { grant.idempotency_key = std::string(129, 'a'); }},
      {"gpu_types", [](Grant& grant) { grant.scope.gpu_types = {"?"}; }},
  };
  for (const auto& [field, change] : changes) {
    Grant grant = AGrant(NewId(), 1);
    ASSERT_TRUE(Settle(grant, now).ok());
    change(grant);
    const absl::Status status = Settle(grant, now);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << field;
    EXPECT_TRUE(status.message().substr(0, field.size()) == field) << status;
  }
}

TEST(GrantTest, TheSameGiftIsOneOfTheSameValues) {
  const Grant grant = AGrant(NewId(), 1);
  Grant other = grant;
  other.id = NewId();
  other.created_us = 0;
  EXPECT_TRUE(IsSameGift(grant, other));
  other.scope.gpu_types = {"a"};
  EXPECT_FALSE(IsSameGift(grant, other));
}

}  // namespace
}  // namespace furnace::metering

#include "services/metering/domain/subsidy.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/support/metering_memory_credits.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

Policy APolicy(const std::string& name, int priority, const std::vector<std::string>& conditions) {
  Policy policy{.priority = priority};
  policy.award.policy = name;
  for (const std::string& text : conditions) policy.conditions.push_back(*ParseCondition(text));
  return policy;
}

TEST(DecideTest, AllPoliciesWhoseConditionsAllHold) {
  const Attributes attributes = *ParseAttributes({{"reputation", "60"}, {"grant_active", "true"}});
  Policy disabled = APolicy("off", 0, {});
  disabled.disabled = true;
  const auto awards = Decide({APolicy("b", 1, {"reputation >= 50", "grant_active = true"}),
                              APolicy("no", 0, {"reputation >= 50", "grant_active = false"}),
                              APolicy("a", 1, {}), disabled, APolicy("z", 0, {"reputation > 1"})},
                             attributes);
  std::string names;
  for (const Award& award : awards) names += award.policy + " ";
  EXPECT_EQ(names, "z a b ");
  EXPECT_EQ(Decide({APolicy("b", 1, {"reputation >= 50"})}, {}).size(), 0);
}

class ApplyAwardsTest : public testing::Test {
 protected:
  // "policy endpoint gpu nanos seconds" of each adjustment.
  std::vector<std::string> Apply(const std::vector<Award>& awards,
                                 const std::vector<Adjustment>& adjustments = {}) {
    const auto subsidies = ApplyAwards(awards, charges_, adjustments);
    EXPECT_TRUE(subsidies.ok()) << subsidies.status();
    std::vector<std::string> texts;
    for (const Adjustment& one : *subsidies) {
      EXPECT_EQ(one.kind, AdjustmentKind::kSubsidy);
      texts.push_back(one.reference + " " + one.endpoint_id + " " + one.gpu_type + " " +
                      std::to_string(-*ToNanos(one.amount)) + " " +
                      ToString(one.quantity / (kSecondUs * kMilliGpus)));
    }
    return texts;
  }

  using Texts = std::vector<std::string>;
  std::vector<Charge> charges_ = {
      GpuTimeCharge("e1", "a", 10, 100),
      GpuTimeCharge("e2", "b", 20, 100),
      {.kind = EntryKind::kInvocation,
       .endpoint_id = "e1",
       .gpu_type = "a",
       .price_nanos = 5,
       .quantity = 10,
       .amount = FromNanos(50)},
  };
};

TEST_F(ApplyAwardsTest, EverythingIsFree) {
  EXPECT_EQ(Apply({{.policy = "p"}}), (Texts{"p e1 a 1050 100", "p e2 b 2000 100"}));
}

TEST_F(ApplyAwardsTest, APartIsPaidOfWhatItIsFor) {
  EXPECT_EQ(Apply({{.policy = "p", .scope = {.gpu_types = {"b"}}, .percent_bp = 2'500}}),
            Texts{"p e2 b 500 100"});
  EXPECT_EQ(Apply({{.policy = "p", .scope = {.kinds = {EntryKind::kInvocation}}}}),
            Texts{"p e1 a 50 0"});
}

TEST_F(ApplyAwardsTest, ALimitOfGpuTimeIsSpentOnTheDearestFirst) {
  EXPECT_EQ(Apply({{.policy = "p", .max_gpu_seconds = 30}}), Texts{"p e2 b 600 30"});
  EXPECT_EQ(Apply({{.policy = "p", .max_gpu_seconds = 130}}),
            (Texts{"p e1 a 300 30", "p e2 b 2000 100"}));
  EXPECT_EQ(Apply({{.policy = "p", .max_gpu_seconds = 999}}),
            (Texts{"p e1 a 1000 100", "p e2 b 2000 100"}));
}

TEST_F(ApplyAwardsTest, ALimitOfMoneyHolds) {
  EXPECT_EQ(Apply({{.policy = "p", .percent_bp = 5'000, .max_nanos = 1'100}}),
            (Texts{"p e1 a 100 100", "p e2 b 1000 100"}));
}

TEST_F(ApplyAwardsTest, EachIsOfWhatThoseBeforeLeave) {
  EXPECT_EQ(Apply({{.policy = "p", .scope = {.gpu_types = {"b"}}, .percent_bp = 5'000},
                   {.policy = "q", .scope = {.gpu_types = {"b"}}, .percent_bp = 5'000},
                   {.policy = "r", .scope = {.gpu_types = {"b"}}},
                   {.policy = "s", .scope = {.gpu_types = {"b"}}}}),
            (Texts{"p e2 b 1000 100", "q e2 b 500 50", "r e2 b 500 25"}));
}

TEST_F(ApplyAwardsTest, WhatIsAlreadyFreeOrTakenBackIsNotPaid) {
  const std::vector<Adjustment> allowance = {{.kind = AdjustmentKind::kAllowance,
                                              .endpoint_id = "e2",
                                              .gpu_type = "b",
                                              .amount = -FromNanos(1'400)}};
  EXPECT_EQ(Apply({{.policy = "p", .scope = {.gpu_types = {"b"}}}}, allowance),
            Texts{"p e2 b 600 30"});
}

TEST_F(ApplyAwardsTest, AMinimumIsNoUsage) {
  charges_.clear();
  EXPECT_EQ(Apply({{.policy = "p"}}, {{.kind = AdjustmentKind::kMinimum, .amount = {5}}}), Texts{});
}

TEST(PolicyTest, WhatIsOutOfRangeIsNamed) {
  using Change = std::function<void(Policy&)>;
  const std::vector<std::pair<std::string, Change>> changes = {
      {"name", [](Policy& policy) { policy.award.policy = ""; }},
      {"name", [](Policy& policy) { policy.award.policy = "A b"; }},
      {"priority", [](Policy& policy) { policy.priority = -1; }},
      {"percent_bp", [](Policy& policy) { policy.award.percent_bp = 0; }},
      {"percent_bp", [](Policy& policy) { policy.award.percent_bp = 10'001; }},
      {"max_nanos", [](Policy& policy) { policy.award.max_nanos = -1; }},
      {"max_gpu_seconds", [](Policy& policy) { policy.award.max_gpu_seconds = -1; }},
      {"max_gpu_seconds", [](Policy& policy) { policy.award.max_gpu_seconds = 1'000'000'001; }},
      {"max_gpu_seconds",
       [](Policy& policy) {
         policy.award.max_gpu_seconds = 1;
         policy.award.scope.kinds = {EntryKind::kStorage};
       }},
      {"endpoint_ids", [](Policy& policy) { policy.award.scope.endpoint_ids = {NewId()}; }},
      {"description", [](Policy& policy) { policy.award.description = "\t"; }},
      {"conditions",
       [](Policy& policy) { policy.conditions.assign(21, *ParseCondition("a = 1")); }},
  };
  for (const auto& [field, change] : changes) {
    Policy policy = APolicy("good", 0, {});
    ASSERT_TRUE(Settle(policy).ok());
    change(policy);
    const absl::Status status = Settle(policy);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << field;
    EXPECT_TRUE(status.message().substr(0, field.size()) == field) << status;
  }
}

}  // namespace
}  // namespace furnace::metering

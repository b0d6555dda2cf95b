#include "services/metering/app/subsidy_desk.h"

#include <gtest/gtest.h>

#include "tests/support/metering_memory_credits.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

class SubsidyDeskTest : public testing::Test {
 protected:
  static Policy Named(const std::string& name) {
    Policy policy;
    policy.award.policy = name;
    return policy;
  }

  const std::string project_ = NewId();
  FixedClock clock_{kTenUs};
  MemorySubsidyStore store_;
  SubsidyDesk desk_{store_, clock_};
};

TEST_F(SubsidyDeskTest, AttributesHoldFromNowOnUnlessToldOtherwise) {
  ASSERT_TRUE(desk_.SetAttributes(project_, {{"tier", "gold"}}, {}).ok());
  ASSERT_TRUE(desk_.SetAttributes(project_, {{"tier", "new"}}, kTenUs + kDayUs).ok());
  ASSERT_TRUE(desk_.SetAttributes(project_, {}, kTenUs - kDayUs).ok());
  const auto history = desk_.ListAttributes(project_);
  ASSERT_TRUE(history.ok() && history->size() == 3);
  EXPECT_EQ(history->at(0).effective_from_us, kTenUs + kDayUs);
  EXPECT_EQ(history->at(1).effective_from_us, kTenUs);
  EXPECT_EQ(history->at(1).recorded_us, kTenUs);
  EXPECT_TRUE(history->at(2).attributes.empty());
}

TEST_F(SubsidyDeskTest, BadAttributesAreRefused) {
  EXPECT_TRUE(absl::IsInvalidArgument(desk_.SetAttributes("x", {}, {}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(desk_.SetAttributes(project_, {{"A", "1"}}, {}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(desk_.SetAttributes(project_, {}, 0).status()));
  EXPECT_TRUE(desk_.ListAttributes(project_)->empty());
}

TEST_F(SubsidyDeskTest, APolicyIsInForceFromNowOn) {
  EXPECT_EQ(desk_.SetPolicy(Named("a"), {})->version, 1);
  EXPECT_EQ(desk_.SetPolicy(Named("a"), {})->version, 2);
  EXPECT_EQ(desk_.SetPolicy(Named("b"), kTenUs + 1)->version, 3);
  const auto policies = desk_.ListPolicies();
  ASSERT_TRUE(policies.ok() && policies->size() == 1);
  EXPECT_EQ(policies->front().version, 2);
  EXPECT_TRUE(absl::IsInvalidArgument(desk_.SetPolicy(Named(""), {}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(desk_.SetPolicy(Named("a"), -1).status()));
}

TEST_F(SubsidyDeskTest, AHundredNamesAreEnough) {
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(desk_.SetPolicy(Named("p" + std::to_string(i)), {}).ok());
  }
  EXPECT_TRUE(absl::IsResourceExhausted(desk_.SetPolicy(Named("one-more"), {}).status()));
  EXPECT_TRUE(desk_.SetPolicy(Named("p7"), {}).ok());
}

}  // namespace
}  // namespace furnace::metering

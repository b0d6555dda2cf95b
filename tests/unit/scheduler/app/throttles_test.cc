#include "services/scheduler/app/throttles.h"

#include <gtest/gtest.h>

#include "tests/support/scheduler/samples.h"

namespace furnace::scheduler {
namespace {

class FakeThrottleSource final : public ThrottleSource {
 public:
  absl::StatusOr<std::vector<ThrottledProject>> List() override { return list; }
  absl::StatusOr<std::vector<ThrottledProject>> list = std::vector<ThrottledProject>();
};

class FixedRules final : public StartRules {
 public:
  std::optional<std::vector<BudgetRate>> RatesOf(const Endpoint&) const override {
    return std::vector<BudgetRate>{{.budget_id = "b"}};
  }
  std::optional<StartBlock> BlockOf(const Endpoint&, std::string_view) const override {
    return StartBlock{.constraint = WaitConstraint::kBudget, .detail = "spent"};
  }
  bool MayCoverUnknown() const override { return false; }
};

class ThrottlesTest : public testing::Test {
 protected:
  bool IsThrottled(const Throttles& throttles) const {
    const bool throttled = throttles.BlockOf(endpoint_)->constraint == WaitConstraint::kThrottled;
    EXPECT_EQ(throttles.RatesOf(endpoint_).has_value(), !throttled);
    EXPECT_EQ(throttles.MayCoverUnknown(), throttled);
    return throttled;
  }

  const Endpoint endpoint_ = AnEndpoint();
  FixedRules rules_;
  FakeThrottleSource source_;
  Throttles throttles_{source_, "staging", rules_};
};

TEST_F(ThrottlesTest, AThrottledProjectStartsNothingUntilItIsLifted) {
  EXPECT_FALSE(IsThrottled(throttles_));
  source_.list = {{{endpoint_.project_id, "budget_exceeded", "non-production"}}};
  ASSERT_TRUE(throttles_.Refresh().ok());
  EXPECT_TRUE(IsThrottled(throttles_));
  EXPECT_EQ(throttles_.BlockOf(endpoint_)->detail,
            "the platform throttles its project: budget_exceeded");
  source_.list = absl::UnavailableError("away");
  EXPECT_FALSE(throttles_.Refresh().ok());
  EXPECT_TRUE(IsThrottled(throttles_)) << "as was last known";
  source_.list = std::vector<ThrottledProject>();
  ASSERT_TRUE(throttles_.Refresh().ok());
  EXPECT_FALSE(IsThrottled(throttles_));
}

TEST_F(ThrottlesTest, ProductionIsOutsideOfTheScopeNonProduction) {
  Throttles production(source_, "production", rules_);
  source_.list = {{{endpoint_.project_id, "r", "non-production"}}};
  ASSERT_TRUE(production.Refresh().ok());
  EXPECT_FALSE(IsThrottled(production));
  source_.list = {{{endpoint_.project_id, "r", "all"}}};
  ASSERT_TRUE(production.Refresh().ok());
  EXPECT_TRUE(IsThrottled(production));
}

}  // namespace
}  // namespace furnace::scheduler

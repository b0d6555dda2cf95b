#include "services/scheduler/app/all_rules.h"

#include <gtest/gtest.h>

#include "tests/support/scheduler/samples.h"
#include "tests/support/scheduler/settable_rules.h"

namespace furnace::scheduler {
namespace {

class AllRulesTest : public testing::Test {
 protected:
  const Endpoint endpoint_ = AnEndpoint();
  SettableRules first_;
  SettableRules second_;
  AllRules rules_{{&first_, &second_}};
};

TEST_F(AllRulesTest, AnAttemptCostsWhatItCostsOfAny) {
  first_.rates = {{{.budget_id = "a"}}};
  second_.rates = {{{.budget_id = "b"}}};
  EXPECT_EQ(rules_.RatesOf(endpoint_),
            (std::vector<BudgetRate>{{.budget_id = "a"}, {.budget_id = "b"}}));
  second_.rates = std::nullopt;
  EXPECT_EQ(rules_.RatesOf(endpoint_), std::nullopt);
}

TEST_F(AllRulesTest, TheFirstThatKeepsAJobIsNamed) {
  EXPECT_EQ(rules_.BlockOf(endpoint_), std::nullopt);
  second_.block = StartBlock{.constraint = WaitConstraint::kQuota};
  EXPECT_EQ(rules_.BlockOf(endpoint_), second_.block);
  first_.block = StartBlock{.constraint = WaitConstraint::kBudget};
  EXPECT_EQ(rules_.BlockOf(endpoint_), first_.block);
}

TEST_F(AllRulesTest, OneThatMayCoverWhatIsUnknownIsEnough) {
  EXPECT_FALSE(rules_.MayCoverUnknown());
  second_.covers_unknown = true;
  EXPECT_TRUE(rules_.MayCoverUnknown());
}

TEST_F(AllRulesTest, TheLeastThatAnyAllowsIsAllowed) {
  EXPECT_EQ(rules_.MostGpusOf(endpoint_), std::nullopt);
  second_.most_gpus = 4;
  EXPECT_EQ(rules_.MostGpusOf(endpoint_), 4);
  first_.most_gpus = 3;
  EXPECT_EQ(rules_.MostGpusOf(endpoint_), 3);
}

TEST_F(AllRulesTest, AllAreToldOfWhatWaits) {
  rules_.NoteWaiting(endpoint_);
  EXPECT_EQ(first_.waiting.size(), 1U);
  EXPECT_EQ(second_.waiting.size(), 1U);
}

}  // namespace
}  // namespace furnace::scheduler

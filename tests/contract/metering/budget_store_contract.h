// What every BudgetStore must do. Instantiated for the fake and for Postgres.
#pragma once

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/time/clock.h"
#include "libs/common/base/uuid.h"
#include "services/metering/app/budget_ports.h"

namespace furnace::metering {

/// `Backend` offers budgets(), a BudgetStore, and no_hard(), one that has room for no hard budget.
/// Each test has projects of its own.
template <typename Backend>
class BudgetStoreContract : public testing::Test {
 protected:
  BudgetStore& store() { return backend_.budgets(); }

  Budget ABudget(const std::string& name = "monthly") const {
    const absl::Time at = absl::FromUnixMicros(1'700'000'000'123'456);
    return {.id = NewUuid(absl::Now()),
            .project_id = project_,
            .spec = {.name = name, .limit = 5'000'000'000, .webhook = "https://example.com/a"},
            .created_at = at,
            .updated_at = at};
  }
  Budget Stored(const std::string& name = "monthly") {
    Budget budget = ABudget(name);
    EXPECT_TRUE(store().Create(budget).ok());
    return budget;
  }
  static BudgetAlert AlertOf(const Budget& budget, int threshold) {
    return {.budget_id = budget.id,
            .window_start = absl::FromUnixSeconds(1'699'999'200),
            .threshold = threshold,
            .spent = 7,
            .limit = 9};
  }
  // Of those that are due, this budget's.
  std::vector<DueAlert> TakeOf(const Budget& budget, absl::Duration term = absl::Hours(1)) {
    std::vector<DueAlert> due = store().TakeDue(1000, 1000, term).value();
    std::erase_if(due, [&](const DueAlert& each) { return each.alert.budget_id != budget.id; });
    return due;
  }

  Backend backend_;
  const std::string project_ = NewUuid(absl::Now());
};
TYPED_TEST_SUITE_P(BudgetStoreContract);

TYPED_TEST_P(BudgetStoreContract, ABudgetComesBackAsItWasStored) {
  Budget budget = this->ABudget();
  budget.spec.endpoint_id = NewUuid(absl::Now());
  budget.spec.api_key_id = NewUuid(absl::Now());
  budget.spec.unit = BudgetUnit::kGpuTimeUs;
  budget.spec.window = BudgetWindow::kGrant;
  budget.spec.thresholds = {};
  budget.spec.hard_stop = true;
  budget.spec.locked = true;
  ASSERT_TRUE(this->store().Create(budget).ok());
  EXPECT_EQ(*this->store().Find(this->project_, budget.id), budget);
  EXPECT_EQ(this->store().ListOf(this->project_)->at(0), budget);
  EXPECT_EQ(*this->store().Find(NewUuid(absl::Now()), budget.id), std::nullopt);
  budget.spec.limit = 1;
  budget.spec.name = "other";
  budget.spec.thresholds = {1, 1000};
  budget.updated_at += absl::Seconds(1);
  ASSERT_TRUE(this->store().Update(budget).ok());
  EXPECT_EQ(*this->store().Find(this->project_, budget.id), budget);
}

TYPED_TEST_P(BudgetStoreContract, AProjectHasANameOnceAndSoManyBudgets) {
  const Budget first = this->Stored("a");
  EXPECT_TRUE(absl::IsAlreadyExists(this->store().Create(this->ABudget("a"))));
  Budget second = this->Stored("b");
  second.spec.name = "a";
  EXPECT_TRUE(absl::IsAlreadyExists(this->store().Update(second)));
  for (int i = 2; i < kMaxBudgetsOfProject; ++i) this->Stored("c" + std::to_string(i));
  EXPECT_TRUE(absl::IsResourceExhausted(this->store().Create(this->ABudget("z"))));
  EXPECT_EQ(this->store().ListOf(this->project_)->size(), std::size_t{kMaxBudgetsOfProject});
  EXPECT_EQ(this->store().ListOf(this->project_)->front(), first) << "by name";
}

TYPED_TEST_P(BudgetStoreContract, NoBudgetIsMadeHardWhenThereAreTheMostThereMayBe) {
  BudgetStore& store = this->backend_.no_hard();
  Budget budget = this->ABudget();
  budget.spec.hard_stop = true;
  const absl::Status refused = store.Create(budget);
  EXPECT_TRUE(absl::IsResourceExhausted(refused)) << refused;
  EXPECT_EQ(*store.Find(this->project_, budget.id), std::nullopt);
  budget.spec.hard_stop = false;
  ASSERT_TRUE(store.Create(budget).ok());
  Budget hard = budget;
  hard.spec.hard_stop = true;
  EXPECT_TRUE(absl::IsResourceExhausted(store.Update(hard)));
  EXPECT_EQ(*store.Find(this->project_, budget.id), budget);
}

TYPED_TEST_P(BudgetStoreContract, OnlyItsProjectChangesABudget) {
  Budget budget = this->Stored();
  EXPECT_TRUE(absl::IsNotFound(this->store().Delete(NewUuid(absl::Now()), budget.id)));
  budget.project_id = NewUuid(absl::Now());
  EXPECT_TRUE(absl::IsNotFound(this->store().Update(budget)));
  EXPECT_TRUE(this->store().Delete(this->project_, budget.id).ok());
  EXPECT_TRUE(absl::IsNotFound(this->store().Delete(this->project_, budget.id)));
}

TYPED_TEST_P(BudgetStoreContract, AllAreListedByIdPageByPage) {
  Budget hard = this->ABudget("hard");
  hard.spec.hard_stop = true;
  ASSERT_TRUE(this->store().Create(hard).ok());
  const Budget soft = this->Stored("soft");
  std::set<std::string> all;
  std::set<std::string> stopping;
  for (const bool only_hard : {false, true}) {
    std::string after;
    for (;;) {
      const std::vector<Budget> page = this->store().ListAll(only_hard, after, 2).value();
      for (const Budget& budget : page) {
        EXPECT_GT(budget.id, after);
        after = budget.id;
        (only_hard ? stopping : all).insert(budget.id);
      }
      if (page.size() < 2) break;
    }
  }
  EXPECT_TRUE(all.contains(hard.id) && all.contains(soft.id));
  EXPECT_TRUE(stopping.contains(hard.id) && !stopping.contains(soft.id));
}

TYPED_TEST_P(BudgetStoreContract, NothingIsSpentAtFirst) {
  EXPECT_EQ(this->store().Spent({}, absl::Now())->size(), 0U);
  const Budget budget = this->Stored();
  const absl::Time now = absl::Now();
  const std::vector<BudgetState> states = this->store().Spent({budget, budget}, now).value();
  ASSERT_EQ(states.size(), 2U);
  EXPECT_EQ(states[1].budget, budget);
  EXPECT_EQ(states[1].span, SpanOf(budget.spec.window, budget.created_at, now));
  EXPECT_EQ(states[1].spent, 0);
}

TYPED_TEST_P(BudgetStoreContract, AThresholdIsNotedOnceInAWindow) {
  const Budget budget = this->Stored();
  ASSERT_TRUE(this->store().AddAlert(this->AlertOf(budget, 50), true).ok());
  BudgetAlert again = this->AlertOf(budget, 50);
  again.spent = 8;
  ASSERT_TRUE(this->store().AddAlert(again, true).ok());
  ASSERT_TRUE(this->store().AddAlert(this->AlertOf(budget, 80), false).ok());
  again.window_start += absl::Hours(1);
  ASSERT_TRUE(this->store().AddAlert(again, true).ok());
  const std::vector<BudgetAlert> alerts = this->store().ListAlerts(budget.id, 10).value();
  ASSERT_EQ(alerts.size(), 3U);
  EXPECT_EQ(alerts[0].spent, 8);
  EXPECT_EQ(alerts[2].spent, 7) << "newest first";
  EXPECT_EQ(this->store().ListAlerts(budget.id, 2)->size(), 2U);
  EXPECT_EQ(this->TakeOf(budget).size(), 2U) << "one is only listed";
}

TYPED_TEST_P(BudgetStoreContract, AnAlertIsTakenUntilItIsDeliveredOrGivenUp) {
  const Budget budget = this->Stored();
  ASSERT_TRUE(this->store().AddAlert(this->AlertOf(budget, 50), true).ok());
  const std::vector<DueAlert> due = this->TakeOf(budget);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].alert.attempts, 1);
  EXPECT_EQ(due[0].alert.threshold, 50);
  EXPECT_EQ(due[0].budget.spec.webhook, "https://example.com/a");
  EXPECT_EQ(due[0].budget.spec.name, "monthly");
  EXPECT_EQ(due[0].budget.project_id, this->project_);
  EXPECT_TRUE(this->TakeOf(budget).empty()) << "somebody has it";
  const std::int64_t id = due[0].alert.id;
  ASSERT_TRUE(this->store().Settle(id, "answered with 500", absl::ZeroDuration()).ok());
  EXPECT_EQ(this->TakeOf(budget).at(0).alert.last_error, "answered with 500");
  ASSERT_TRUE(this->store().Settle(id, "", std::nullopt).ok());
  EXPECT_TRUE(this->TakeOf(budget).empty());
  const BudgetAlert delivered = this->store().ListAlerts(budget.id, 10)->at(0);
  EXPECT_TRUE(delivered.delivered_at.has_value());
  EXPECT_EQ(delivered.last_error, "");
  EXPECT_EQ(delivered.attempts, 2);
  ASSERT_TRUE(this->store().Delete(this->project_, budget.id).ok());
  EXPECT_TRUE(this->store().ListAlerts(budget.id, 10)->empty());
}

TYPED_TEST_P(BudgetStoreContract, AlertsAreTakenInTurnsOfTheirProjects) {
  const Budget mine = this->Stored();
  Budget theirs = this->ABudget();
  theirs.project_id = NewUuid(absl::Now());
  ASSERT_TRUE(this->store().Create(theirs).ok());
  this->TakeOf(mine);  // What other tests have left.
  for (const int threshold : {10, 20, 30}) {
    ASSERT_TRUE(this->store().AddAlert(this->AlertOf(mine, threshold), true).ok());
  }
  ASSERT_TRUE(this->store().AddAlert(this->AlertOf(theirs, 10), true).ok());
  const auto take = [&](int limit) {
    std::set<std::string> taken;
    const std::vector<DueAlert> alerts = this->store().TakeDue(limit, 1, absl::Hours(1)).value();
    for (const DueAlert& due : alerts) {
      EXPECT_TRUE(taken.insert(due.budget.project_id).second) << "one of each";
    }
    return taken;
  };
  EXPECT_EQ(take(2), (std::set{mine.project_id, theirs.project_id}));
  EXPECT_EQ(take(2), std::set{mine.project_id});
  EXPECT_EQ(take(0), std::set<std::string>{});
  EXPECT_EQ(take(2), std::set{mine.project_id});
  EXPECT_EQ(take(2), std::set<std::string>{});
}

REGISTER_TYPED_TEST_SUITE_P(BudgetStoreContract, ABudgetComesBackAsItWasStored,
                            AProjectHasANameOnceAndSoManyBudgets,
                            NoBudgetIsMadeHardWhenThereAreTheMostThereMayBe,
                            AlertsAreTakenInTurnsOfTheirProjects, OnlyItsProjectChangesABudget,
                            AllAreListedByIdPageByPage, NothingIsSpentAtFirst,
                            AThresholdIsNotedOnceInAWindow,
                            AnAlertIsTakenUntilItIsDeliveredOrGivenUp);

}  // namespace furnace::metering

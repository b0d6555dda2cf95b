#include "services/metering/app/budget_desk.h"

#include <gtest/gtest.h>

#include "libs/common/base/uuid.h"
#include "tests/support/metering_memory_budgets.h"

namespace furnace::metering {
namespace {

class BudgetDeskTest : public testing::Test {
 protected:
  static BudgetSpec ASpec() { return {.name = "monthly", .limit = 100}; }

  SystemClock clock_;
  MemoryBudgetStore store_{clock_};
  BudgetDesk desk_{store_, clock_};
  const BudgetCaller tenant_{.project_id = NewUuid(clock_.Now())};
  const BudgetCaller operator_{.project_id = tenant_.project_id, .is_operator = true};
};

TEST_F(BudgetDeskTest, ABudgetIsShownWithWhatIsSpent) {
  const BudgetState created = desk_.Create(tenant_, ASpec()).value();
  store_.SetSpent(created.budget.id, 42);
  EXPECT_EQ(desk_.Get(tenant_.project_id, created.budget.id)->spent, 42);
  EXPECT_EQ(desk_.List(tenant_.project_id)->at(0).spent, 42);
  EXPECT_EQ(desk_.Delete(tenant_, created.budget.id)->spent, 42);
  EXPECT_TRUE(desk_.List(tenant_.project_id)->empty());
}

TEST_F(BudgetDeskTest, AnotherProjectsBudgetIsNotFound) {
  const std::string id = desk_.Create(tenant_, ASpec())->budget.id;
  const BudgetCaller other{.project_id = NewUuid(clock_.Now())};
  EXPECT_TRUE(absl::IsNotFound(desk_.Get(other.project_id, id).status()));
  EXPECT_TRUE(absl::IsNotFound(desk_.Update(other, id, ASpec()).status()));
  EXPECT_TRUE(absl::IsNotFound(desk_.Delete(other, id).status()));
  EXPECT_TRUE(absl::IsNotFound(desk_.ListAlerts(other.project_id, id).status()));
  EXPECT_TRUE(absl::IsNotFound(desk_.Get(tenant_.project_id, "no id").status()));
}

TEST_F(BudgetDeskTest, OnlyOperatorsTouchALockedOne) {
  BudgetSpec locked = ASpec();
  locked.locked = true;
  EXPECT_TRUE(absl::IsPermissionDenied(desk_.Create(tenant_, locked).status()));
  const std::string id = desk_.Create(operator_, locked)->budget.id;
  EXPECT_TRUE(absl::IsPermissionDenied(desk_.Update(tenant_, id, ASpec()).status()));
  EXPECT_TRUE(absl::IsPermissionDenied(desk_.Delete(tenant_, id).status()));
  EXPECT_TRUE(desk_.Update(operator_, id, ASpec()).ok());
  EXPECT_TRUE(absl::IsPermissionDenied(desk_.Update(tenant_, id, locked).status()));
  EXPECT_TRUE(desk_.Delete(tenant_, id).ok()) << "it is unlocked";
}

TEST_F(BudgetDeskTest, WhatItIsForStays) {
  const std::string id = desk_.Create(tenant_, ASpec())->budget.id;
  BudgetSpec spec = ASpec();
  spec.window = BudgetWindow::kHour;
  EXPECT_TRUE(absl::IsInvalidArgument(desk_.Update(tenant_, id, spec).status()));
  spec = ASpec();
  spec.limit = 0;
  EXPECT_TRUE(absl::IsInvalidArgument(desk_.Update(tenant_, id, spec).status()));
  spec.limit = 200;
  EXPECT_EQ(desk_.Update(tenant_, id, spec)->budget.spec.limit, 200);
}

}  // namespace
}  // namespace furnace::metering

#include "services/metering/rpc/budget_handlers.h"

#include <gtest/gtest.h>

#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "tests/support/metering_memory_budgets.h"
#include "tests/support/metering_memory_store.h"

namespace furnace::metering::rpc {
namespace {

using furnace::rpc::CallContext;

class BudgetHandlersTest : public testing::Test {
 protected:
  static v1::CreateBudgetRequest ARequest() {
    v1::CreateBudgetRequest request;
    request.mutable_spec()->set_name("monthly");
    request.mutable_spec()->set_limit_nanos(7);
    request.mutable_spec()->set_window(v1::BUDGET_WINDOW_MONTH);
    return request;
  }

  SystemClock clock_;
  MemoryBudgetStore store_{clock_};
  BudgetDesk desk_{store_, clock_};
  MemoryPriceStore prices_;
  BudgetHandlers handlers_{desk_, store_, prices_, clock_};
  const CallContext call_ = {.project_id = NewUuid(clock_.Now()), .role = v1::ROLE_ADMIN};
};

TEST_F(BudgetHandlersTest, ABudgetIsShownAsItWasMade) {
  v1::CreateBudgetRequest request = ARequest();
  request.mutable_spec()->set_hard_stop(true);
  request.mutable_spec()->set_api_key_id(NewUuid(clock_.Now()));
  const v1::Budget made = handlers_.CreateBudget(call_, request)->budget();
  EXPECT_EQ(made.spec().limit_nanos(), 7);
  EXPECT_EQ(made.spec().api_key_id(), request.spec().api_key_id());
  EXPECT_EQ(made.spec().limit_gpu_time_us(), 0);
  EXPECT_EQ(made.spec().thresholds_size(), 3) << "the default";
  EXPECT_TRUE(made.has_window_end());
  v1::GetBudgetRequest get;
  get.set_budget_id(made.id());
  EXPECT_EQ(handlers_.GetBudget(call_, get)->budget().SerializeAsString(),
            made.SerializeAsString());
  EXPECT_EQ(handlers_.ListBudgets(call_, {})->budgets_size(), 1);
}

TEST_F(BudgetHandlersTest, WhatIsMissingIsNamed) {
  const auto fails = [&](const char* field, auto change) {
    v1::CreateBudgetRequest request = ARequest();
    change(*request.mutable_spec());
    const absl::Status status = handlers_.CreateBudget(call_, request).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << field;
    EXPECT_TRUE(ToStd(status.message()).starts_with(field)) << status;
  };
  fails("limit_nanos", [](v1::BudgetSpec& spec) { spec.clear_limit_nanos(); });
  fails("limit_nanos", [](v1::BudgetSpec& spec) { spec.set_limit_gpu_time_us(1); });
  fails("api_key_id", [](v1::BudgetSpec& spec) { spec.set_api_key_id("x"); });
  fails("window", [](v1::BudgetSpec& spec) { spec.clear_window(); });
  fails("window", [](v1::BudgetSpec& spec) { spec.set_window(static_cast<v1::BudgetWindow>(9)); });
}

TEST_F(BudgetHandlersTest, OnlyTheSuiteSeesAllHardBudgets) {
  v1::CreateBudgetRequest request = ARequest();
  ASSERT_TRUE(handlers_.CreateBudget(call_, request).ok());
  request.mutable_spec()->set_name("hard");
  request.mutable_spec()->set_hard_stop(true);
  request.mutable_spec()->set_window(v1::BUDGET_WINDOW_GRANT);
  request.mutable_spec()->set_api_key_id(NewUuid(clock_.Now()));
  const std::string id = handlers_.CreateBudget(call_, request)->budget().id();
  store_.SetSpent(id, 5);
  EXPECT_TRUE(absl::IsPermissionDenied(handlers_.ListHardBudgets(call_, {}).status()));
  const auto listed = handlers_.ListHardBudgets({}, {}).value();
  ASSERT_EQ(listed.budgets_size(), 1);
  EXPECT_EQ(listed.budgets(0).id(), id);
  EXPECT_EQ(listed.budgets(0).spent(), 5);
  EXPECT_EQ(listed.budgets(0).api_key_id(), request.spec().api_key_id());
  EXPECT_EQ(listed.budgets(0).limit(), 7);
  EXPECT_EQ(listed.budgets(0).unit(), internal::v1::BUDGET_UNIT_NANO_USD);
  EXPECT_EQ(listed.budgets(0).window_end_us(), 0);
}

TEST_F(BudgetHandlersTest, AHardBudgetInMoneyComesWithWhatItsProjectPays) {
  v1::CreateBudgetRequest request = ARequest();
  request.mutable_spec()->set_hard_stop(true);
  const CallContext other = {.project_id = NewUuid(clock_.Now()), .role = v1::ROLE_ADMIN};
  const CallContext third = {.project_id = NewUuid(clock_.Now()), .role = v1::ROLE_ADMIN};
  for (const CallContext& call : {call_, other, third}) {
    ASSERT_TRUE(handlers_.CreateBudget(call, request).ok());
  }
  prices_.Add({.unit = PriceUnit::kInvocation, .nanos = 77, .project_id = call_.project_id});
  const auto listed = handlers_.ListHardBudgets({}, {}).value();
  ASSERT_EQ(listed.budgets_size(), 3);
  EXPECT_EQ(listed.rate_cards_size(), 2) << "each once";
  for (const internal::v1::HardBudget& budget : listed.budgets()) {
    const internal::v1::RateCard& card = listed.rate_cards(budget.rate_card());
    EXPECT_EQ(card.invocation_nanos() == 77, budget.project_id() == call_.project_id);
    EXPECT_GT(card.gpu_second_nanos_size(), 0);
  }
}

}  // namespace
}  // namespace furnace::metering::rpc

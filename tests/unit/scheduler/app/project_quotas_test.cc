#include "services/scheduler/app/project_quotas.h"

#include <gtest/gtest.h>

#include "tests/support/scheduler/fake_quota_source.h"

namespace furnace::scheduler {
namespace {

class ProjectQuotasTest : public testing::Test {
 protected:
  FakeQuotaSource source_;
  ProjectQuotas quotas_{source_};
};

TEST_F(ProjectQuotasTest, BeforeTheRegistryHasToldThereAreNone) {
  EXPECT_EQ(quotas_.Of("p"), ProjectQuota());
  EXPECT_FALSE(quotas_.LimitQueues());
  EXPECT_TRUE(absl::IsUnavailable(quotas_.HardBudgets().status()));
}

TEST_F(ProjectQuotasTest, WhatTheRegistryTellsReplacesWhatWasKnown) {
  source_.quotas = {{"p", {.max_queued_jobs = 5}}, {"q", {.max_requests_per_day = 6}}};
  ASSERT_TRUE(quotas_.Refresh().ok());
  EXPECT_EQ(quotas_.Of("p").max_queued_jobs, 5);
  EXPECT_EQ(quotas_.Of("q").max_requests_per_day, 6);
  EXPECT_TRUE(quotas_.LimitQueues());
  source_.quotas.erase("p");
  ASSERT_TRUE(quotas_.Refresh().ok());
  EXPECT_EQ(quotas_.Of("p"), ProjectQuota());
  EXPECT_FALSE(quotas_.LimitQueues());
}

TEST_F(ProjectQuotasTest, WhileTheRegistryIsAwayTheCopyStands) {
  source_.quotas = {{"p", {.max_queued_jobs = 5}}};
  ASSERT_TRUE(quotas_.Refresh().ok());
  source_.failure = absl::UnavailableError("away");
  EXPECT_TRUE(absl::IsUnavailable(quotas_.Refresh()));
  EXPECT_EQ(quotas_.Of("p").max_queued_jobs, 5);
}

TEST_F(ProjectQuotasTest, QuotasOfGpusAreBudgets) {
  source_.quotas = {{"p", {.max_concurrent_gpus = 4}}, {"q", {.max_queued_jobs = 6}}};
  ASSERT_TRUE(quotas_.Refresh().ok());
  const auto budgets = quotas_.HardBudgets();
  ASSERT_EQ(budgets->size(), 1U);
  EXPECT_EQ(budgets->at(0).project_id, "p");
  EXPECT_EQ(budgets->at(0).unit, BudgetUnit::kGpus);
  EXPECT_EQ(budgets->at(0).limit, 4);
}

}  // namespace
}  // namespace furnace::scheduler

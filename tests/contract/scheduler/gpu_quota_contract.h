// What every BudgetAccounts with its queue must do with a quota of GPUs: leases hold them, and
// nothing is spent.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/contract/scheduler/budget_contract.h"

namespace furnace::scheduler {

/// `Backend` also offers gpu_quotas().
template <typename Backend>
class GpuQuotaContract : public BudgetContract<Backend> {
 protected:
  GpuQuotaContract() : BudgetContract<Backend>("gpus:" + NewId()) {
    this->rate_ = {.budget_id = this->budget_};
  }

  BudgetAccounts& accounts() override { return this->backend_.gpu_quotas(); }
  BudgetAccount Gpus(std::int64_t left, std::int64_t held) const {
    return {this->window_, left, held, 0};
  }
};
TYPED_TEST_SUITE_P(GpuQuotaContract);

TYPED_TEST_P(GpuQuotaContract, ALeaseHoldsItsGpusUntilItEndsHoweverItDoes) {
  ASSERT_EQ(this->Change(2, 0), 2);
  this->Submit(this->Jobs(5));
  std::vector<ClaimedJob> jobs = this->ClaimWithin(5);
  ASSERT_EQ(jobs.size(), 2U);
  EXPECT_EQ(this->Account(), this->Gpus(0, 2));
  EXPECT_TRUE(this->ClaimWithin().empty());
  EXPECT_TRUE(this->Stored().asked);
  this->PassTime();
  this->Settle(jobs[0].lease, this->Success());
  EXPECT_EQ(this->Account(), this->Gpus(1, 1)) << "nothing is spent";
  this->Cancel(jobs[1].lease.job_id, this->project_);
  EXPECT_EQ(this->Account(), this->Gpus(2, 0));
  jobs = this->ClaimWithin(1, absl::Microseconds(1));
  ASSERT_EQ(jobs.size(), 1U);
  this->PassTime();
  EXPECT_EQ(this->SweepOne(jobs[0].lease.job_id).size(), 1U);
  EXPECT_EQ(this->Account(), this->Gpus(2, 0));
  this->ForgetEvents();
  EXPECT_EQ(this->Account(), this->Gpus(2, 0));
}

TYPED_TEST_P(GpuQuotaContract, ALeaseIsRenewedThoughNothingIsLeft) {
  ASSERT_EQ(this->Change(1, 0), 1);
  this->SubmitOne();
  const LeaseId lease = this->ClaimWithin().at(0).lease;
  this->PassTime();
  EXPECT_TRUE(this->Renew({lease}, 3 * this->kLease).empty());
  EXPECT_EQ(this->Account(), this->Gpus(0, 1));
}

TYPED_TEST_P(GpuQuotaContract, AWorkersJobHoldsAllOfItsGpus) {
  ASSERT_EQ(this->Change(7, 0), 7);
  this->Submit(this->Jobs(3));
  WorkerOnGpu worker = AWorker();
  worker.gpu_count = 3;
  EXPECT_EQ(JobQueueContract<TypeParam>::Claim({.endpoint_id = this->endpoint_,
                                                .workers = {{.worker = worker, .jobs = 3}},
                                                .lease = this->kLease,
                                                .budgets = {this->rate_}})
                .jobs.size(),
            2U);
  EXPECT_EQ(this->Account(), this->Gpus(1, 6));
}

TYPED_TEST_P(GpuQuotaContract, WhatLeasesHoldIsTakenBackOnceTheyEnd) {
  ASSERT_EQ(this->Change(2, 0), 2);
  this->Submit(this->Jobs(3));
  const std::vector<ClaimedJob> jobs = this->ClaimWithin(2);
  ASSERT_EQ(this->Change(-1, this->Stored().sequence), -1);
  EXPECT_EQ(this->Account(), this->Gpus(-1, 2));
  this->Settle(jobs.at(0).lease, this->Success());
  EXPECT_TRUE(this->ClaimWithin().empty());
  EXPECT_EQ(this->Account(), this->Gpus(0, 1));
  this->Settle(jobs.at(1).lease, this->Success());
  EXPECT_EQ(this->ClaimWithin(2).size(), 1U);
}

TYPED_TEST_P(GpuQuotaContract, AnAccountThatThereIsCanBeAskedFor) {
  ASSERT_TRUE(this->accounts().Ask(this->shard(), {this->budget_}).ok());
  EXPECT_TRUE(this->accounts().Read(this->shard(), false)->count(this->budget_) == 0);
  ASSERT_EQ(this->Change(2, 0), 2);
  EXPECT_FALSE(this->Stored().asked);
  ASSERT_TRUE(this->accounts().Ask(this->shard(), {this->budget_, "gpus:nobody"}).ok());
  EXPECT_TRUE(this->Stored().asked);
  EXPECT_TRUE(this->Stored().wanted);
}

TYPED_TEST_P(GpuQuotaContract, AnAccountIsNoneOfABudget) {
  ASSERT_EQ(this->Change(2, 0), 2);
  if (&this->backend_.budgets() == &this->backend_.gpu_quotas()) return;
  EXPECT_FALSE(this->backend_.budgets().Read(this->shard(), false)->contains(this->budget_));
}

REGISTER_TYPED_TEST_SUITE_P(GpuQuotaContract, ALeaseHoldsItsGpusUntilItEndsHoweverItDoes,
                            ALeaseIsRenewedThoughNothingIsLeft, AWorkersJobHoldsAllOfItsGpus,
                            WhatLeasesHoldIsTakenBackOnceTheyEnd, AnAccountThatThereIsCanBeAskedFor,
                            AnAccountIsNoneOfABudget);

}  // namespace furnace::scheduler

// What every BudgetAccounts with its queue must do: leases hold what they may cost, and what
// they hold is gone with them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "services/scheduler/app/budget_ports.h"
#include "services/scheduler/app/lifetime_ports.h"
#include "tests/contract/scheduler/job_queue_fixture.h"

namespace furnace::scheduler {

inline constexpr std::int64_t kSecondUs = 1'000'000;

/// `Backend` also offers budgets() and lives().
template <typename Backend>
class BudgetContract : public JobQueueContract<Backend> {
 protected:
  static constexpr absl::Duration kLease = absl::Seconds(10);
  static constexpr std::int64_t kHold = 10 * kSecondUs;

  explicit BudgetContract(std::string budget = NewId()) : budget_(std::move(budget)) {}

  virtual BudgetAccounts& accounts() { return this->backend_.budgets(); }

  StoredAccount Stored(bool fence = false) {
    return accounts().Read(this->shard(), fence).value()[budget_];
  }
  BudgetAccount Account() { return Stored().account; }

  std::optional<std::int64_t> Change(std::int64_t change, std::int64_t sequence,
                                     std::string definition = "d") {
    return accounts()
        .Change(this->shard(), {{.budget_id = budget_,
                                 .sequence = sequence,
                                 .window = window_,
                                 .change = change,
                                 .definition = std::move(definition)}})
        .value()
        .at(0);
  }
  void Give(std::int64_t seconds) {
    ASSERT_EQ(Change(seconds * kSecondUs, Stored().sequence), seconds * kSecondUs);
  }

  std::vector<ClaimedJob> ClaimWithin(int jobs = 1, absl::Duration lease = kLease) {
    return JobQueueContract<Backend>::Claim({.endpoint_id = this->endpoint_,
                                             .workers = {{.worker = AWorker(), .jobs = jobs}},
                                             .lease = lease,
                                             .budgets = {rate_}})
        .jobs;
  }

  void ForgetEvents() {
    const auto events = this->log().ReadEvents({this->shard()}, 100'000).value();
    if (!events.contains(this->shard())) return;
    std::vector<std::string> ids;
    for (const JobEvent& event : events.at(this->shard())) ids.push_back(event.event_id);
    ASSERT_TRUE(this->log().Forget(this->shard(), ids, {}).ok());
  }

  const std::string budget_;
  BudgetRate rate_{.budget_id = budget_, .other_gpu_second = kSecondUs};
  absl::Time window_ = absl::FromUnixSeconds(1'600'000'000);
};
TYPED_TEST_SUITE_P(BudgetContract);

TYPED_TEST_P(BudgetContract, ALeaseHoldsWhatItCostsUntilItLapses) {
  this->Give(100);
  this->SubmitOne();
  EXPECT_EQ(this->ClaimWithin().size(), 1U);
  EXPECT_EQ(this->Account(), (BudgetAccount{this->window_, 90 * kSecondUs, 10 * kSecondUs, 0}));
  EXPECT_TRUE(this->Stored().wanted);
}

TYPED_TEST_P(BudgetContract, TheRateIsThatOfTheGpuType) {
  this->Give(100);
  this->rate_.fixed = 7;
  this->rate_.gpu_second = {{"rtx4000", 3}, {"xrtx4000", 5}};
  this->SubmitOne();
  this->ClaimWithin();
  EXPECT_EQ(this->Account().held, 10 * 3 + 7);
}

TYPED_TEST_P(BudgetContract, OnAnAlwaysOnWorkerOnlyTheInvocationIsHeld) {
  this->Give(100);
  this->rate_.fixed = 7;
  ASSERT_EQ(Await<std::set<std::string>>([&](Done<std::set<std::string>> done) {
              this->backend_.lives().Keep({.endpoint_id = this->endpoint_,
                                           .project_id = this->project_,
                                           .always_on = 1,
                                           .lapse = absl::Hours(1),
                                           .workers = {{.worker = AWorker(),
                                                        .state = WorkerPresence::State::kIdle,
                                                        .life_id = NewId()}}},
                                          std::move(done));
            })
                .value()
                .size(),
            1U);
  this->SubmitOne();
  const LeaseId lease = this->ClaimWithin().at(0).lease;
  EXPECT_EQ(this->Account().held, 7);
  EXPECT_TRUE(this->Renew({lease}, this->kLease).empty());
  EXPECT_EQ(this->Account().held, 7);
  this->PassTime();
  this->Settle(lease, this->Success());
  EXPECT_EQ(this->Account(), (BudgetAccount{this->window_, 100 * kSecondUs - 7, 0, 7}));
}

TYPED_TEST_P(BudgetContract, AnEndedAttemptIsPendingUntilItsEventIsForgotten) {
  this->Give(100);
  const std::string id = this->SubmitOne();
  const ClaimedJob job = this->ClaimWithin().at(0);
  this->PassTime();
  this->Settle(job.lease, this->Success());
  const AttemptEnd end = *this->EventsOf(id).back().attempt_end;
  const std::int64_t cost = absl::ToInt64Microseconds(end.end - end.start);
  EXPECT_EQ(this->Account(), (BudgetAccount{this->window_, 100 * kSecondUs - cost, 0, cost}));
  this->ForgetEvents();
  EXPECT_EQ(this->Account(), (BudgetAccount{this->window_, 100 * kSecondUs - cost, 0, 0}));
  this->ForgetEvents();
  EXPECT_EQ(this->Account().pending, 0);
}

TYPED_TEST_P(BudgetContract, WhatIsLostOrGivenBackHoldsAndCostsNothing) {
  this->Give(100);
  const std::string id = this->SubmitOne();
  this->ClaimWithin(1, absl::Microseconds(1));
  this->PassTime();
  EXPECT_EQ(this->SweepOne(id).size(), 1U);
  const BudgetAccount whole{this->window_, 100 * kSecondUs, 0, 0};
  EXPECT_EQ(this->Account(), whole);
  this->Settle(this->ClaimWithin().at(0).lease, this->Failure(FailureCause::kPlatform));
  EXPECT_EQ(this->Account(), whole);
}

TYPED_TEST_P(BudgetContract, ACancelledJobIsPaidUntilThen) {
  this->Give(100);
  const std::string id = this->SubmitOne();
  this->ClaimWithin();
  this->PassTime();
  this->Cancel(id, this->project_);
  const BudgetAccount account = this->Account();
  EXPECT_EQ(account.held, 0);
  EXPECT_GT(account.pending, 0);
  EXPECT_EQ(account.left + account.pending, 100 * kSecondUs);
}

TYPED_TEST_P(BudgetContract, NothingIsLeasedWhileNothingIsLeft) {
  this->Submit(this->Jobs(3));
  EXPECT_TRUE(this->ClaimWithin().empty()) << "there is no account yet";
  this->Give(15);
  EXPECT_EQ(this->ClaimWithin(3).size(), 1U) << "for another lease there is not enough";
  EXPECT_EQ(this->Account().left, 5 * kSecondUs);
  this->Give(5);
  EXPECT_EQ(this->ClaimWithin(3).size(), 1U) << "all of it";
  EXPECT_EQ(this->Account().left, 0);
  EXPECT_TRUE(this->ClaimWithin().empty());
  EXPECT_EQ(this->Claim(3).size(), 1U) << "the budget was what kept it";
}

TYPED_TEST_P(BudgetContract, ALeaseIsRenewedWhenThereIsEnoughLeftForIt) {
  this->Give(22);
  const std::string id = this->SubmitOne();
  const LeaseId lease = this->ClaimWithin().at(0).lease;
  this->PassTime();
  EXPECT_TRUE(this->Renew({lease}, 2 * this->kLease).empty());
  const BudgetAccount renewed = this->Account();
  EXPECT_GT(renewed.held, 20 * kSecondUs);
  EXPECT_EQ(renewed.left + renewed.held, 22 * kSecondUs);
  EXPECT_TRUE(this->Renew({lease}, 3 * this->kLease).empty()) << "its time is paid for";
  EXPECT_EQ(this->Account(), renewed) << "it is not longer than it was: there is not enough";
  EXPECT_TRUE(this->Stored().asked);
  EXPECT_EQ(this->Get(id).status, JobStatus::kInProgress);
}

TYPED_TEST_P(BudgetContract, ALeaseThatCannotBeRenewedIsStoppedBeforeItLapses) {
  this->Give(10);
  const std::string id = this->SubmitOne();
  const LeaseId lease = this->ClaimWithin().at(0).lease;
  EXPECT_TRUE(this->Renew({lease}, this->kLease).empty()) << "most of it is left";
  // Of the lease that it asks for, less than half is left.
  EXPECT_EQ(this->Renew({lease}, 3 * this->kLease), std::vector<LeaseId>{lease});
  const Job job = this->Get(id);
  EXPECT_EQ(job.status, JobStatus::kFailed);
  EXPECT_EQ(job.cause, FailureCause::kBudget);
  EXPECT_EQ(job.error, "stopped: a budget is spent");
  const BudgetAccount account = this->Account();
  EXPECT_EQ(account.held, 0);
  EXPECT_EQ(account.left + account.pending, this->kHold);
  EXPECT_EQ(this->EventsOf(id).back().attempt_end->cause, FailureCause::kBudget);
}

TYPED_TEST_P(BudgetContract, AJobThatIsStoppedIsTriedAgainIfItMay) {
  this->Give(10);
  const std::string id = this->SubmitOne(/*max_retries=*/1);
  const LeaseId lease = this->ClaimWithin().at(0).lease;
  this->Renew({lease}, 3 * this->kLease);
  EXPECT_EQ(this->Get(id).status, JobStatus::kInQueue);
  EXPECT_EQ(this->Get(id).retry_count, 1);
}

TYPED_TEST_P(BudgetContract, ADroppedBudgetStopsNothing) {
  this->Give(10);
  this->SubmitOne();
  const LeaseId lease = this->ClaimWithin().at(0).lease;
  ASSERT_EQ(this->Change(0, this->Stored().sequence, ""), 0);
  EXPECT_TRUE(this->Renew({lease}, 3 * this->kLease).empty());
  this->SubmitOne();
  EXPECT_TRUE(this->ClaimWithin().empty()) << "it may be a new one, for all that a claim knows";
  EXPECT_EQ(this->Settle(lease, this->Success()), SettleResult::kFinal);
  EXPECT_TRUE(this->Stored().definition.empty()) << "it is to be dropped again";
  this->ForgetEvents();
  ASSERT_EQ(this->Change(0, this->Stored().sequence, ""), 0);
  EXPECT_FALSE(this->accounts().Read(this->shard(), false).value().contains(this->budget_));
}

TYPED_TEST_P(BudgetContract, ABudgetThatComesBackKnowsWhatRunsAndIsPending) {
  this->Give(100);
  this->SubmitOne();
  this->SubmitOne();
  const std::vector<ClaimedJob> jobs = this->ClaimWithin(2);
  ASSERT_EQ(jobs.size(), 2U);
  this->PassTime();
  this->Settle(jobs[0].lease, this->Success());
  const std::int64_t pending = this->Account().pending;
  EXPECT_GT(pending, 0);
  ASSERT_EQ(this->Change(0, this->Stored().sequence, ""), 0);
  EXPECT_EQ(this->Account(), (BudgetAccount{this->window_, 0, this->kHold, pending}));
  this->Give(50);
  EXPECT_EQ(this->Account(), (BudgetAccount{this->window_, 50 * kSecondUs, this->kHold, pending}));
  EXPECT_FALSE(this->Stored().definition.empty());
  this->Settle(jobs[1].lease, this->Success());
  EXPECT_EQ(this->Account().held, 0);
  this->ForgetEvents();
  EXPECT_EQ(this->Account().pending, 0) << "and never below";
}

TYPED_TEST_P(BudgetContract, AllowancesAreTakenBackOnlyAsFarAsTheyAreLeft) {
  this->Give(15);
  this->SubmitOne();
  this->ClaimWithin();
  EXPECT_EQ(this->Change(-20 * kSecondUs, this->Stored().sequence), -5 * kSecondUs);
  EXPECT_EQ(this->Account().left, 0);
  EXPECT_EQ(this->Change(-kSecondUs, this->Stored().sequence), 0);
}

TYPED_TEST_P(BudgetContract, WhoHasReadBeforeAnotherChangesNothing) {
  this->Give(15);
  const std::int64_t before = this->Stored(/*fence=*/true).sequence;
  EXPECT_EQ(this->Stored(/*fence=*/false).sequence, before) << "only looked";
  const std::int64_t after = this->Stored(/*fence=*/true).sequence;
  EXPECT_EQ(this->Change(1, before), std::nullopt);
  EXPECT_EQ(this->Change(1, after), 1);
  EXPECT_EQ(this->Change(1, after), std::nullopt) << "once";
  EXPECT_EQ(this->Change(1, 0), std::nullopt) << "there is one";
}

TYPED_TEST_P(BudgetContract, InANewWindowOnlyItsOwnTimeCounts) {
  this->Give(10'000);
  const std::string id = this->SubmitOne();
  const LeaseId lease = this->ClaimWithin(1, absl::Hours(1)).at(0).lease;
  this->PassTime(absl::Milliseconds(20));
  this->window_ = *this->Get(id).started_at + absl::Milliseconds(10);
  this->Give(100);
  EXPECT_EQ(this->Account(), (BudgetAccount{this->window_, 100 * kSecondUs, 0, 0}));
  EXPECT_TRUE(this->Renew({lease}, this->kLease).empty());
  const std::int64_t held = this->Account().held;
  EXPECT_GE(held, this->kHold + 10'000);
  this->Settle(lease, this->Success());
  const AttemptEnd end = *this->EventsOf(id).back().attempt_end;
  const BudgetAccount account = this->Account();
  EXPECT_EQ(account.pending, absl::ToInt64Microseconds(end.end - this->window_));
  EXPECT_EQ(account.held, 0);
  this->window_ += absl::Hours(1);
  this->Give(1);
  this->ForgetEvents();
  EXPECT_EQ(this->Account(), (BudgetAccount{this->window_, kSecondUs, 0, 0}));
}

TYPED_TEST_P(BudgetContract, WhatRanAfterAWindowIsPendingInTheNext) {
  this->Give(100);
  const std::string id = this->SubmitOne();
  const LeaseId lease = this->ClaimWithin().at(0).lease;
  const absl::Time next = *this->Get(id).started_at + absl::Milliseconds(10);
  this->window_ = next - absl::Hours(1);
  const std::string definition =
      EncodeBudget({.id = this->budget_, .project_id = "p", .name = "n", .window_end = next});
  ASSERT_TRUE(this->Change(99 * kSecondUs, this->Stored().sequence, definition).has_value());
  this->PassTime(absl::Milliseconds(20));
  this->Settle(lease, this->Success());
  this->window_ = next;
  ASSERT_TRUE(this->Change(kSecondUs, this->Stored().sequence, definition).has_value());
  const AttemptEnd end = *this->EventsOf(id).back().attempt_end;
  const std::int64_t after = absl::ToInt64Microseconds(end.end - std::max(end.start, next));
  EXPECT_GT(after, 0);
  EXPECT_EQ(this->Account(), (BudgetAccount{next, kSecondUs, 0, after}));
  this->ForgetEvents();
  EXPECT_EQ(this->Account().pending, 0);
}

TYPED_TEST_P(BudgetContract, AThousandLeasesStayWithinTheLimit) {
  constexpr int kJobs = 1000;
  constexpr std::int64_t kLimit = kJobs * 10 + 3333;
  this->Give(kLimit);
  for (int i = 0; i < kJobs; i += 100) this->Submit(this->Jobs(100));
  std::vector<LeaseId> leases;
  for (;;) {
    const std::vector<ClaimedJob> claimed = this->ClaimWithin(128);
    if (claimed.empty()) break;
    for (const ClaimedJob& job : claimed) leases.push_back(job.lease);
  }
  ASSERT_EQ(leases.size(), 1000U);
  this->PassTime();
  // For some there is enough left; what is asked for is so long that the others are stopped.
  std::size_t stopped = 0;
  for (std::size_t i = 0; i < leases.size(); i += 100) {
    const auto first = leases.begin() + static_cast<std::ptrdiff_t>(i);
    stopped += this->Renew({first, first + 100}, 2 * this->kLease).size();
    const BudgetAccount account = this->Account();
    EXPECT_GE(account.left, 0);
    EXPECT_EQ(account.left + account.held + account.pending, kLimit * kSecondUs);
  }
  EXPECT_GT(stopped, 0U);
  EXPECT_LT(stopped, leases.size());
}

TYPED_TEST_P(BudgetContract, HoldsNeverLeakWhateverHappens) {
  constexpr std::int64_t kLimit = 300;
  constexpr int kSteps = 400;
  this->Give(kLimit);
  std::minstd_rand random(5);
  const auto draw = [&random](int n) {
    return static_cast<int>(random() % static_cast<unsigned>(n));
  };
  std::vector<LeaseId> live;
  for (int step = 0; step < kSteps; ++step) {
    if (draw(3) == 0) this->Submit(this->Jobs(3));
    for (const ClaimedJob& job : this->ClaimWithin(draw(4))) live.push_back(job.lease);
    if (!live.empty()) {
      const std::size_t which = static_cast<std::size_t>(draw(static_cast<int>(live.size())));
      const LeaseId lease = live[which];
      const std::vector<Outcome> ends = {this->Success(),
                                         this->Failure(FailureCause::kHandlerError),
                                         this->Failure(FailureCause::kWorkerLost)};
      const int what = draw(5);
      bool over = what < 3;
      if (what < 3) this->Settle(lease, ends[static_cast<std::size_t>(what)]);
      if (what == 3) over = !this->Renew({lease}, this->kLease * (1 + draw(3))).empty();
      if (what == 4) this->Cancel(lease.job_id, draw(2) == 0 ? this->project_ : NewId());
      if (what == 4) over = this->Get(lease.job_id).status != JobStatus::kInProgress;
      if (over) live.erase(live.begin() + static_cast<std::ptrdiff_t>(which));
    }
    const BudgetAccount account = this->Account();
    ASSERT_EQ(account.left + account.held + account.pending, kLimit * kSecondUs) << step;
    ASSERT_GE(account.left, 0) << step;
    ASSERT_EQ(account.held > 0, !live.empty()) << step;
  }
  for (const LeaseId& lease : live) this->Settle(lease, this->Success());
  EXPECT_EQ(this->Account().held, 0);
}

REGISTER_TYPED_TEST_SUITE_P(
    BudgetContract, ALeaseHoldsWhatItCostsUntilItLapses, TheRateIsThatOfTheGpuType,
    OnAnAlwaysOnWorkerOnlyTheInvocationIsHeld, AnEndedAttemptIsPendingUntilItsEventIsForgotten,
    WhatIsLostOrGivenBackHoldsAndCostsNothing, ACancelledJobIsPaidUntilThen,
    NothingIsLeasedWhileNothingIsLeft, ALeaseIsRenewedWhenThereIsEnoughLeftForIt,
    ALeaseThatCannotBeRenewedIsStoppedBeforeItLapses, AJobThatIsStoppedIsTriedAgainIfItMay,
    ADroppedBudgetStopsNothing, ABudgetThatComesBackKnowsWhatRunsAndIsPending,
    AllowancesAreTakenBackOnlyAsFarAsTheyAreLeft, WhoHasReadBeforeAnotherChangesNothing,
    WhatRanAfterAWindowIsPendingInTheNext, InANewWindowOnlyItsOwnTimeCounts,
    AThousandLeasesStayWithinTheLimit, HoldsNeverLeakWhateverHappens);

}  // namespace furnace::scheduler

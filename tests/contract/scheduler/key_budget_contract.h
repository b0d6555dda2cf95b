// What every BudgetAccounts with its queue must do with budgets of API keys: they keep the jobs of
// their key, and no others.
#pragma once

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "services/scheduler/domain/attribution.h"
#include "tests/contract/scheduler/budget_contract.h"

namespace furnace::scheduler {

/// The budget is that of the jobs that come with key_.
template <typename Backend>
class KeyBudgetContract : public BudgetContract<Backend> {
 protected:
  using Ids = std::vector<std::string>;

  KeyBudgetContract() { this->rate_.api_key_id = key_; }

  /// Queues jobs that come with this key.
  Ids SubmitWith(const std::string& key, int jobs = 1, const std::string& concurrency_key = "") {
    Submission submission = this->Jobs(jobs);
    Ids ids;
    for (Submission::Item& item : submission.items) {
      item.attribution = EncodeAttribution({.api_key_id = key, .tags = {{"team", "a"}}});
      item.concurrency_key = concurrency_key;
      ids.push_back(item.id);
    }
    this->Submit(std::move(submission));
    return ids;
  }
  Ids ClaimIds(int jobs) { return this->IdsOf(this->ClaimWithin(jobs)); }

  const std::string key_ = NewId();
  const std::string other_ = NewId();
};
TYPED_TEST_SUITE_P(KeyBudgetContract);

TYPED_TEST_P(KeyBudgetContract, JobsOfOtherKeysGoOnWhileOneHasTooLittleLeft) {
  this->Give(0);
  const auto kept = this->SubmitWith(this->key_, 2);
  const auto others = this->SubmitWith(this->other_);
  const auto more = this->SubmitWith(this->key_);
  const std::string nobodys = this->SubmitOne();
  EXPECT_EQ(this->ClaimIds(9), (std::vector<std::string>{others[0], nobodys}));
  EXPECT_TRUE(this->ClaimIds(9).empty());
  EXPECT_TRUE(this->Stored().asked);
  EXPECT_EQ(this->Survey().queued, 3);
  this->Give(100);
  EXPECT_EQ(this->ClaimIds(9), (std::vector<std::string>{kept[0], kept[1], more[0]}));
  EXPECT_EQ(this->Survey().queued, 0);
}

TYPED_TEST_P(KeyBudgetContract, OnlyJobsOfTheKeyHoldOfIt) {
  this->Give(100);
  this->SubmitWith(this->other_);
  this->SubmitOne();
  EXPECT_EQ(this->ClaimWithin(9).size(), 2U);
  EXPECT_EQ(this->Account().held, 0);
  this->SubmitWith(this->key_);
  const LeaseId lease = this->ClaimWithin().at(0).lease;
  EXPECT_EQ(this->Account().held, this->kHold);
  EXPECT_TRUE(this->Renew({lease}, 2 * this->kLease).empty());
  EXPECT_GE(this->Account().held, 2 * this->kHold);
  this->PassTime();
  this->Settle(lease, this->Success());
  EXPECT_EQ(this->Account().held, 0);
  EXPECT_GT(this->Account().pending, 0);
}

TYPED_TEST_P(KeyBudgetContract, AJobHoldsOfItsProjectsBudgetAndOfItsKeys) {
  const std::string projects = NewId();
  const std::int64_t given = 25 * kSecondUs;
  ASSERT_EQ(this->accounts()
                .Change(this->shard(), {{.budget_id = projects,
                                         .window = this->window_,
                                         .change = given,
                                         .definition = "d"}})
                .value()
                .at(0),
            given);
  this->Give(100);
  this->SubmitWith(this->key_, 2);
  this->SubmitWith(this->other_, 2);
  const Claimed claimed = JobQueueContract<TypeParam>::Claim(
      {.endpoint_id = this->endpoint_,
       .workers = {{.worker = AWorker(), .jobs = 9}},
       .lease = this->kLease,
       .budgets = {this->rate_, {.budget_id = projects, .other_gpu_second = kSecondUs}}});
  EXPECT_EQ(claimed.jobs.size(), 2U) << "the project's has no more";
  EXPECT_EQ(this->Account().held, 2 * this->kHold);
  const auto accounts = this->accounts().Read(this->shard(), false).value();
  EXPECT_EQ(accounts.at(projects).account.held, 2 * this->kHold);
}

TYPED_TEST_P(KeyBudgetContract, ALongQueueOfASpentKeyKeepsNobodyForLong) {
  constexpr int kKept = 450;
  this->Give(0);
  std::vector<std::string> kept;
  for (int i = 0; i < kKept; i += 50) {
    for (std::string& id : this->SubmitWith(this->key_, 50)) kept.push_back(std::move(id));
  }
  const std::string other = this->SubmitWith(this->other_).at(0);
  std::vector<std::string> claimed;
  for (int claims = 0; claimed.empty() && claims < 4; ++claims) claimed = this->ClaimIds(1);
  EXPECT_EQ(claimed, std::vector<std::string>{other});
  EXPECT_EQ(this->Survey().queued, kKept);
  this->Give(10 * kKept);
  claimed = this->ClaimIds(kKept);
  EXPECT_EQ(claimed, kept) << "in their order";
}

TYPED_TEST_P(KeyBudgetContract, AJobThatIsKeptKeepsNoOtherOfItsConcurrencyKey) {
  this->Give(0);
  const std::string kept = this->SubmitWith(this->key_, 1, "one").at(0);
  const std::string other = this->SubmitWith(this->other_, 1, "one").at(0);
  const std::vector<ClaimedJob> claimed = this->ClaimWithin(9);
  EXPECT_EQ(this->IdsOf(claimed), std::vector<std::string>{other});
  this->Give(100);
  EXPECT_TRUE(this->ClaimIds(9).empty()) << "the other runs";
  this->Settle(claimed.at(0).lease, this->Success());
  EXPECT_EQ(this->ClaimIds(9), std::vector<std::string>{kept});
}

TYPED_TEST_P(KeyBudgetContract, AJobThatIsKeptIsCancelledExpiresAndIsFoundLikeOthers) {
  this->Give(0);
  const auto ids = this->SubmitWith(this->key_, 2);
  EXPECT_TRUE(this->ClaimIds(9).empty());
  EXPECT_EQ(this->Locate(ids[1])->position, 2);
  EXPECT_EQ(this->Get(ids[0]).status, JobStatus::kInQueue);
  this->Cancel(ids[0], this->project_);
  EXPECT_EQ(this->Get(ids[0]).status, JobStatus::kCancelled);
  EXPECT_EQ(this->Purge(), 1);
  EXPECT_EQ(this->Survey().queued, 0);
}

TYPED_TEST_P(KeyBudgetContract, WhatAnAttemptIsPutDownToIsSaidAtItsEnd) {
  this->Give(100);
  const std::string id = this->SubmitWith(this->key_).at(0);
  const LeaseId lease = this->ClaimWithin().at(0).lease;
  this->PassTime(2 * kTestSlice);
  EXPECT_TRUE(
      this->RenewAs({{.lease = lease, .waited = absl::ZeroDuration()}}, this->kLease).empty());
  Outcome outcome = this->Success();
  outcome.tokens = 1234;
  this->Settle(lease, outcome);
  const AttemptEnd end = *this->EventsOf(id).back().attempt_end;
  const Attribution whose{.api_key_id = this->key_, .tags = {{"team", "a"}}};
  EXPECT_EQ(ParseAttribution(end.attribution), whose);
  EXPECT_EQ(end.tokens, 1234);
  const auto events = this->log().ReadEvents({this->shard()}, 100'000).value();
  int parts = 0;
  for (const JobEvent& event : events.at(this->shard())) {
    if (!event.part || event.part->lease.job_id != id) continue;
    EXPECT_EQ(ParseAttribution(event.part->attribution), whose);
    ++parts;
  }
  EXPECT_GE(parts, 1);
  const std::string plain = this->SubmitOne();
  this->Settle(this->ClaimWithin().at(0).lease, this->Success());
  EXPECT_EQ(this->EventsOf(plain).back().attempt_end->attribution, "");
  EXPECT_EQ(this->EventsOf(plain).back().attempt_end->tokens, 0);
}

TYPED_TEST_P(KeyBudgetContract, WhateverHappensNoJobIsLostAndOnlyTheKeysJobsHold) {
  constexpr std::int64_t kLimit = 200;
  constexpr int kSteps = 300;
  this->Give(kLimit);
  std::minstd_rand random(11);
  const auto draw = [&random](int n) {
    return static_cast<int>(random() % static_cast<unsigned>(n));
  };
  std::map<std::string, bool> waiting;  // Whether it comes with the key.
  std::map<std::string, std::pair<LeaseId, bool>> live;
  int submitted = 0;
  int ended = 0;
  for (int step = 0; step < kSteps; ++step) {
    const bool of_key = draw(2) == 0;
    if (draw(3) == 0) {
      for (const std::string& id : this->SubmitWith(of_key ? this->key_ : this->other_, 2)) {
        waiting[id] = of_key;
        ++submitted;
      }
    }
    for (const ClaimedJob& job : this->ClaimWithin(draw(4))) {
      const auto found = waiting.extract(job.lease.job_id);
      ASSERT_FALSE(found.empty()) << "it runs, or has ended";
      live[found.key()] = {job.lease, found.mapped()};
    }
    if (!live.empty() && draw(2) == 0) {
      const auto which = std::next(live.begin(), draw(static_cast<int>(live.size())));
      const bool lost = draw(3) == 0;
      const Outcome outcome = lost ? this->Failure(FailureCause::kWorkerLost) : this->Success();
      this->Settle(which->second.first, outcome);
      if (lost) waiting[which->first] = which->second.second;
      ended += lost ? 0 : 1;
      live.erase(which);
    }
    const BudgetAccount account = this->Account();
    const auto holders = std::count_if(live.begin(), live.end(),
                                       [](const auto& each) { return each.second.second; });
    ASSERT_EQ(account.held, holders * this->kHold) << step;
    ASSERT_EQ(account.left + account.held + account.pending, kLimit * kSecondUs) << step;
  }
  ASSERT_EQ(this->Survey().queued, static_cast<int>(waiting.size()));
  for (const auto& [id, lease] : live) this->Settle(lease.first, this->Success());
  this->rate_.budget_id = NewId();
  this->rate_.api_key_id = NewId();  // Nobody's is left.
  for (std::size_t rest = waiting.size(); rest > 0; --rest) {
    const std::vector<ClaimedJob> last = this->ClaimWithin();
    ASSERT_EQ(last.size(), 1U);
    EXPECT_EQ(this->Settle(last[0].lease, this->Success()), SettleResult::kFinal);
    ++ended;
  }
  EXPECT_EQ(ended + static_cast<int>(live.size()), submitted);
  EXPECT_EQ(this->Account().held, 0);
}

REGISTER_TYPED_TEST_SUITE_P(KeyBudgetContract, JobsOfOtherKeysGoOnWhileOneHasTooLittleLeft,
                            OnlyJobsOfTheKeyHoldOfIt, AJobHoldsOfItsProjectsBudgetAndOfItsKeys,
                            ALongQueueOfASpentKeyKeepsNobodyForLong,
                            AJobThatIsKeptKeepsNoOtherOfItsConcurrencyKey,
                            AJobThatIsKeptIsCancelledExpiresAndIsFoundLikeOthers,
                            WhatAnAttemptIsPutDownToIsSaidAtItsEnd,
                            WhateverHappensNoJobIsLostAndOnlyTheKeysJobsHold);

}  // namespace furnace::scheduler

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

TYPED_TEST_P(KeyBudgetContract, WhoWaitsBehindAKeptJobForTheirConcurrencyKeyGoesOn) {
  this->Give(10);
  const std::string first = this->SubmitWith(this->key_, 1, "one").at(0);
  const std::vector<ClaimedJob> claimed = this->ClaimWithin(9);
  ASSERT_EQ(this->IdsOf(claimed), std::vector<std::string>{first});
  const std::string kept = this->SubmitWith(this->key_, 1, "one").at(0);
  const std::string other = this->SubmitWith(this->other_, 1, "one").at(0);
  this->PassTime();
  this->Settle(claimed[0].lease, this->Success());
  EXPECT_EQ(this->ClaimIds(9), std::vector<std::string>{other});
  this->Give(100);
  this->Settle({.job_id = other, .epoch = 1}, this->Success());
  EXPECT_EQ(this->ClaimIds(9), std::vector<std::string>{kept});
}

TYPED_TEST_P(KeyBudgetContract, WhatADearWorkerLeavesACheapOneTakesAndNothingGoesOutOfSight) {
  this->rate_.gpu_second = {{"rtx4000", kSecondUs}, {"dear", 100 * kSecondUs}};
  WorkerOnGpu dear = AWorker("dear");
  dear.gpu_type = "dear";
  const auto claim = [&] {
    return this->IdsOf(
        JobQueueContract<TypeParam>::Claim(
            {.endpoint_id = this->endpoint_,
             .workers = {{.worker = dear, .jobs = 5}, {.worker = AWorker(), .jobs = 5}},
             .lease = this->kLease,
             .budgets = {this->rate_}})
            .jobs);
  };
  this->Give(0);
  Submission any = this->Jobs(4);
  std::vector<std::string> ids;
  for (Submission::Item& item : any.items) {
    item.affinity = "*";
    item.attribution = this->key_;
    ids.push_back(item.id);
  }
  Submission rest = any;
  rest.items.erase(rest.items.begin());
  any.items.resize(1);
  this->Submit(any);
  EXPECT_TRUE(claim().empty());
  this->Submit(rest);
  this->Give(20);
  EXPECT_EQ(claim(), (std::vector<std::string>{ids[0], ids[1]})) << "for so many there is enough";
  this->Give(100);
  EXPECT_EQ(claim(), (std::vector<std::string>{ids[2], ids[3]}));
}

TYPED_TEST_P(KeyBudgetContract, ARenewalThatCostsNothingMoreIsGranted) {
  this->rate_ = {.budget_id = this->budget_, .fixed = 5, .api_key_id = this->key_};
  ASSERT_EQ(this->Change(5, this->Stored().sequence), 5);
  this->SubmitWith(this->key_);
  const LeaseId lease = this->ClaimWithin().at(0).lease;
  EXPECT_EQ(this->Account().left, 0);
  EXPECT_TRUE(this->Renew({lease}, 3 * this->kLease).empty());
  EXPECT_EQ(this->Get(lease.job_id).status, JobStatus::kInProgress);
}

TYPED_TEST_P(KeyBudgetContract, ManyKeysWithManyWishesRefuseNoSubmitAndLoseNoJob) {
  constexpr int kKeys = 12;
  constexpr int kWishes = 12;
  ClaimRequest request{.endpoint_id = this->endpoint_,
                       .workers = {{.worker = AWorker(), .jobs = 300}},
                       .lease = this->kLease};
  Submission submission = this->Jobs(kKeys * kWishes);
  for (int key = 0; key < kKeys; ++key) {
    const std::string id = NewId();
    request.budgets.push_back(
        {.budget_id = NewId(), .other_gpu_second = kSecondUs, .api_key_id = id});
    for (int wish = 0; wish < kWishes; ++wish) {
      Submission::Item& item = submission.items[static_cast<std::size_t>(key * kWishes + wish)];
      item.affinity = "rtx4000|m=m" + std::to_string(wish);
      item.attribution = id;
      if (wish % 2 == 0) item.affinity += "|k=" + id;
    }
  }
  this->Submit(submission);
  for (int claims = 0; claims < 5; ++claims) {
    EXPECT_TRUE(JobQueueContract<TypeParam>::Claim(request).jobs.empty());
  }
  Submission plain = this->Jobs(1);
  plain.items[0].affinity = "rtx4000|m=another";
  this->Submit(plain);
  EXPECT_EQ(this->IdsOf(JobQueueContract<TypeParam>::Claim(request).jobs),
            std::vector<std::string>{plain.items[0].id});
  request.budgets.clear();
  EXPECT_EQ(JobQueueContract<TypeParam>::Claim(request).jobs.size(),
            static_cast<std::size_t>(kKeys * kWishes));
  EXPECT_EQ(this->Survey().queued, 0);
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
      const std::string shared = draw(3) == 0 ? "shared" : "";
      for (const std::string& id :
           this->SubmitWith(of_key ? this->key_ : this->other_, 2, shared)) {
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
                            WhoWaitsBehindAKeptJobForTheirConcurrencyKeyGoesOn,
                            WhatADearWorkerLeavesACheapOneTakesAndNothingGoesOutOfSight,
                            ARenewalThatCostsNothingMoreIsGranted,
                            ManyKeysWithManyWishesRefuseNoSubmitAndLoseNoJob,
                            AJobThatIsKeptIsCancelledExpiresAndIsFoundLikeOthers,
                            WhatAnAttemptIsPutDownToIsSaidAtItsEnd,
                            WhateverHappensNoJobIsLostAndOnlyTheKeysJobsHold);

}  // namespace furnace::scheduler

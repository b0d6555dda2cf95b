// What every JobQueue with its ShardLog must do about when and whether jobs run:
// delays, time to live, backoff, limits, keys, redrive and purge.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/contract/scheduler/job_queue_fixture.h"

namespace furnace::scheduler {

/// A time to live in which a test gets its job started.
inline constexpr absl::Duration kShortLife = absl::Seconds(2);

template <typename Backend>
class QueuePolicyContract : public JobQueueContract<Backend> {
 protected:
  /// A time that is so far from the queue's clock, in whole microseconds.
  absl::Time FromNow(absl::Duration ahead) {
    return absl::FromUnixMicros(absl::ToUnixMicros(this->Submit(this->Jobs()) + ahead));
  }

  std::string SubmitWith(const std::function<void(Submission&)>& change) {
    Submission submission = this->Jobs();
    change(submission);
    std::string id = submission.items[0].id;
    this->Submit(std::move(submission));
    return id;
  }

  Swept SweepAll() { return this->log().Sweep(this->shard(), 1000).value(); }
};
TYPED_TEST_SUITE_P(QueuePolicyContract);

TYPED_TEST_P(QueuePolicyContract, ADelayedJobWaitsForItsTime) {
  const absl::Time later = this->FromNow(absl::Hours(1));
  const std::string id =
      this->SubmitWith([&](Submission& submission) { submission.items[0].not_before = later; });
  this->Claim(1);  // The job that told the time.
  EXPECT_EQ(this->Get(id).status, JobStatus::kDelayed);
  EXPECT_EQ(this->Get(id).not_before, later);
  EXPECT_TRUE(this->SweepAll().released.empty());
  EXPECT_TRUE(this->Claim(1).empty());
}

TYPED_TEST_P(QueuePolicyContract, AJobWhoseTimeHasPassedIsRunnableAtOnce) {
  const absl::Time before = this->FromNow(-absl::Hours(1));
  this->Claim(1);
  const std::string id =
      this->SubmitWith([&](Submission& submission) { submission.items[0].not_before = before; });
  EXPECT_EQ(this->Get(id).status, JobStatus::kInQueue);
  EXPECT_EQ(this->Get(id).not_before, std::nullopt);
  EXPECT_EQ(this->IdsOf(this->Claim(1)), std::vector{id});
}

TYPED_TEST_P(QueuePolicyContract, AFailedAttemptBacksOff) {
  const std::string id = this->SubmitWith([](Submission& submission) {
    submission.retry = {
        .max_retries = 2, .backoff = absl::Hours(2), .max_backoff = absl::Hours(3), .no_retry = 0};
  });
  const LeaseId lease = this->Claim(1).at(0).lease;
  const auto result = Await<SettleResult>([&](Done<SettleResult> done) {
    this->queue().Settle(
        {.lease = lease, .outcome = this->Failure(FailureCause::kHandlerError), .draw = 500},
        std::move(done));
  });
  EXPECT_EQ(result.value(), SettleResult::kQueuedAgain);
  const Job job = this->Get(id);
  EXPECT_EQ(job.status, JobStatus::kDelayed);
  EXPECT_EQ(*job.not_before - *job.started_at,
            absl::Hours(1) + absl::Microseconds(job.gpu_time_us));
  EXPECT_TRUE(this->Claim(1).empty());
}

TYPED_TEST_P(QueuePolicyContract, ACauseThatIsNotRetriedEndsTheJob) {
  const std::string id = this->SubmitWith([](Submission& submission) {
    submission.retry = {.max_retries = 2,
                        .backoff = absl::ZeroDuration(),
                        .max_backoff = absl::ZeroDuration(),
                        .no_retry = 1U << static_cast<unsigned>(FailureCause::kTimeout)};
  });
  this->Settle(this->Claim(1).at(0).lease, this->Failure(FailureCause::kHandlerError));
  EXPECT_EQ(this->Get(id).status, JobStatus::kInQueue);
  this->Settle(this->Claim(1).at(0).lease, this->Failure(FailureCause::kTimeout));
  EXPECT_EQ(this->Get(id).status, JobStatus::kFailed);
}

TYPED_TEST_P(QueuePolicyContract, AJobThatOutlivesItsTimeToLiveTimesOut) {
  const std::string id = this->SubmitWith([](Submission& submission) {
    submission.items[0].ttl = absl::Microseconds(1);
    submission.items[0].not_before = absl::FromUnixMicros(4'000'000'000'000'000);
  });
  const Job queued = this->Get(id);
  EXPECT_EQ(queued.expires_at, queued.queued_at + absl::Microseconds(1));
  this->PassTime();
  EXPECT_EQ(this->SweepAll().expired, std::vector{id});
  const Job job = this->Get(id);
  EXPECT_EQ(job.status, JobStatus::kTimedOut);
  EXPECT_EQ(job.error, "not run within its time to live");
  EXPECT_EQ(job.not_before, std::nullopt);
  EXPECT_TRUE(job.completed_at.has_value());
  EXPECT_EQ(this->EventsOf(id).size(), 2U);
  EXPECT_TRUE(this->SweepAll().expired.empty());
}

TYPED_TEST_P(QueuePolicyContract, AJobThatRunsIsLeftToFinish) {
  const std::string id =
      this->SubmitWith([](Submission& submission) { submission.items[0].ttl = kShortLife; });
  const LeaseId lease = this->Claim(1).at(0).lease;
  this->PassTime(kShortLife);
  EXPECT_TRUE(this->SweepAll().expired.empty());
  EXPECT_EQ(this->Settle(lease, this->Success()), SettleResult::kFinal);
  EXPECT_EQ(this->Get(id).status, JobStatus::kCompleted);
}

TYPED_TEST_P(QueuePolicyContract, ARetryAfterTheTimeToLiveTimesOut) {
  const std::string id = this->SubmitWith([](Submission& submission) {
    submission.items[0].ttl = kShortLife;
    submission.retry.max_retries = 1;
  });
  const LeaseId lease = this->Claim(1).at(0).lease;
  this->PassTime(kShortLife);
  this->SweepAll();
  this->Settle(lease, this->Failure(FailureCause::kHandlerError));
  EXPECT_EQ(this->SweepAll().expired, std::vector{id});
  EXPECT_EQ(this->Get(id).status, JobStatus::kTimedOut);
}

TYPED_TEST_P(QueuePolicyContract, AKeyStandsForTheFirstSubmit) {
  Submission first = this->Jobs();
  first.idempotency_key = "order 66";
  first.fingerprint = "abc";
  Submission again = first;
  again.items[0].id = NewJobId(this->endpoint_);
  Submission other = again;
  other.fingerprint = "abd";
  EXPECT_EQ(this->TrySubmit(first)->known_id, "");
  EXPECT_EQ(this->TrySubmit(again)->known_id, first.items[0].id);
  EXPECT_EQ(this->Find(again.items[0].id), std::nullopt);
  EXPECT_TRUE(absl::IsAlreadyExists(this->TrySubmit(other).status()));
  EXPECT_EQ(this->Survey().queued, 1);
}

TYPED_TEST_P(QueuePolicyContract, AKeyIsForgottenAfterItsTime) {
  Submission first = this->Jobs();
  first.idempotency_key = "k";
  first.idempotency_ttl = absl::Milliseconds(1);
  Submission second = first;
  second.items[0].id = NewJobId(this->endpoint_);
  second.fingerprint = "other";
  this->Submit(first);
  this->PassTime();
  EXPECT_EQ(this->TrySubmit(second)->known_id, "");
}

TYPED_TEST_P(QueuePolicyContract, AFullQueueTakesNoMore) {
  Submission two = this->Jobs(2);
  two.max_queued = 2;
  Submission one = this->Jobs(1);
  one.max_queued = 2;
  one.idempotency_key = "k";
  EXPECT_TRUE(this->TrySubmit(two).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(this->TrySubmit(one).status()));
  EXPECT_EQ(this->Find(one.items[0].id), std::nullopt);
  this->Claim(1);
  EXPECT_EQ(this->TrySubmit(one)->known_id, "") << "the refused submit must not have taken the key";
}

TYPED_TEST_P(QueuePolicyContract, NoMoreJobsRunThanTheEndpointAllows) {
  this->max_concurrency_ = 2;
  this->Submit(this->Jobs(4));
  const std::vector<ClaimedJob> claimed = this->Claim(9);
  EXPECT_EQ(claimed.size(), 2U);
  EXPECT_TRUE(this->Claim(9).empty());
  this->Settle(claimed.at(0).lease, this->Success());
  EXPECT_EQ(this->Claim(9).size(), 1U);
}

TYPED_TEST_P(QueuePolicyContract, JobsOfOneKeyRunOneAtATime) {
  Submission submission = this->Jobs(4);
  for (const std::size_t i : {0U, 1U, 3U}) submission.items[i].concurrency_key = "a b";
  const auto& items = submission.items;
  this->Submit(submission);
  const std::vector<ClaimedJob> claimed = this->Claim(9);
  EXPECT_EQ(this->IdsOf(claimed), (std::vector{items[0].id, items[2].id}));
  EXPECT_EQ(this->Get(items[1].id).status, JobStatus::kInQueue);
  EXPECT_EQ(this->Get(items[1].id).concurrency_key, "a b");
  this->Settle(claimed[0].lease, this->Success());
  EXPECT_EQ(this->IdsOf(this->Claim(9)), std::vector{items[1].id});
}

TYPED_TEST_P(QueuePolicyContract, ACancelledJobLetsTheNextOfItsKeyRun) {
  Submission submission = this->Jobs(3);
  for (auto& item : submission.items) item.concurrency_key = "k";
  const auto& items = submission.items;
  this->Submit(submission);
  const LeaseId running = this->Claim(9).at(0).lease;
  this->Cancel(items[1].id, this->project_);  // While it waits for the key.
  this->Cancel(running.job_id, this->project_);
  EXPECT_EQ(this->IdsOf(this->Claim(9)), std::vector{items[2].id});
}

TYPED_TEST_P(QueuePolicyContract, ADeadLetterIsRedriven) {
  const std::string id = this->SubmitOne();
  this->Settle(this->Claim(1).at(0).lease, this->Failure(FailureCause::kHandlerError));
  const JobRecord dead = *this->Find(id, {.input = true});
  EXPECT_TRUE(this->RedriveOne(dead, absl::Hours(1)));
  const Job job = this->Get(id);
  EXPECT_EQ(job.status, JobStatus::kInQueue);
  EXPECT_EQ(job.version, dead.job.version + 1);
  EXPECT_EQ(job.retry_count, 0);
  EXPECT_EQ(job.error, "");
  EXPECT_EQ(job.completed_at, std::nullopt);
  EXPECT_TRUE(job.expires_at.has_value());
  EXPECT_FALSE(this->RedriveOne(dead)) << "it waits already";
  const ClaimedJob again = this->Claim(1).at(0);
  EXPECT_EQ(again.lease.epoch, 2);
  EXPECT_EQ(again.input, "1");
  EXPECT_EQ(this->Settle(again.lease, this->Success()), SettleResult::kFinal);
  EXPECT_FALSE(this->RedriveOne(dead)) << "it is completed";
}

TYPED_TEST_P(QueuePolicyContract, ADeadLetterThatHasLeftTheQueueComesBackWhole) {
  Submission submission = this->Jobs();
  submission.items[0].priority = 3;
  submission.items[0].input = "\"" + std::string(500, 'x') + "\"";
  submission.items[0].concurrency_key = "k";
  submission.items[0].webhook = "2 http://a/b?c";
  submission.items[0].attribution = "key\nteam=a";
  submission.retry = {.max_retries = 1,
                      .backoff = absl::ZeroDuration(),
                      .max_backoff = absl::ZeroDuration(),
                      .no_retry = 0};
  const std::string id = submission.items[0].id;
  const std::string input = submission.items[0].input;
  this->Submit(submission);
  this->Settle(this->Claim(1).at(0).lease, this->Failure(FailureCause::kHandlerError));
  this->Settle(this->Claim(1).at(0).lease, this->Failure(FailureCause::kHandlerError));
  const JobRecord dead = *this->Find(id, {.input = true});
  std::vector<std::string> event_ids;
  for (const JobEvent& event : this->EventsOf(id)) event_ids.push_back(event.event_id);
  ASSERT_TRUE(this->log().Forget(this->shard(), event_ids, {{id, dead.job.version}}).ok());
  ASSERT_EQ(this->Find(id), std::nullopt);
  EXPECT_TRUE(this->RedriveOne(dead));
  const Job job = this->Get(id);
  EXPECT_EQ(job.priority, 3);
  EXPECT_EQ(job.retry, dead.job.retry);
  EXPECT_EQ(job.concurrency_key, "k");
  EXPECT_EQ(dead.job.webhook, "2 http://a/b?c");
  EXPECT_EQ(job.webhook, dead.job.webhook);
  EXPECT_EQ(dead.job.attribution, "key\nteam=a");
  EXPECT_EQ(job.attribution, dead.job.attribution);
  EXPECT_EQ(job.queued_at, dead.job.queued_at);
  EXPECT_EQ(job.gpu_time_us, dead.job.gpu_time_us);
  EXPECT_EQ(job.version, dead.job.version + 1);
  const ClaimedJob again = this->Claim(1).at(0);
  EXPECT_EQ(again.lease.epoch, 3);
  EXPECT_EQ(again.input, input);
}

TYPED_TEST_P(QueuePolicyContract, APurgeCancelsWhatWaitsAndNothingElse) {
  this->Submit(this->Jobs(1));
  const LeaseId running = this->Claim(1).at(0).lease;
  Submission submission = this->Jobs(4);
  submission.items[1].not_before = absl::FromUnixMicros(4'000'000'000'000'000);
  submission.items[2].concurrency_key = submission.items[3].concurrency_key = "k";
  this->Submit(submission);
  EXPECT_EQ(this->Purge(3), 3);
  EXPECT_EQ(this->Purge(3), 1);
  EXPECT_EQ(this->Purge(3), 0);
  for (const auto& item : submission.items) {
    EXPECT_EQ(this->Get(item.id).status, JobStatus::kCancelled);
    EXPECT_EQ(this->Get(item.id).error, "purged");
  }
  EXPECT_EQ(this->Survey().queued, 0);
  EXPECT_EQ(this->Settle(running, this->Success()), SettleResult::kFinal);
}

TYPED_TEST_P(QueuePolicyContract, AJobIsLocatedAmongThoseThatWait) {
  Submission submission = this->Jobs(4);
  submission.items[1].priority = 1;
  submission.items[2].concurrency_key = submission.items[3].concurrency_key = "k";
  const auto& items = submission.items;
  this->Submit(submission);
  const std::string later = this->SubmitWith([](Submission& other) {
    other.items[0].not_before = absl::FromUnixMicros(4'000'000'000'000'000);
  });
  EXPECT_EQ(this->Locate(items[1].id)->position, 1);
  EXPECT_EQ(this->Locate(items[0].id)->position, 2);
  EXPECT_EQ(this->Locate(items[3].id)->position, 4);
  EXPECT_EQ(this->Locate(later)->position, 0);
  this->Claim(3);
  EXPECT_EQ(this->Locate(items[0].id), std::nullopt);
  EXPECT_EQ(this->Locate(NewJobId(this->endpoint_)), std::nullopt);
  EXPECT_TRUE(this->Locate(items[3].id)->key_busy);
  EXPECT_EQ(this->Locate(items[3].id)->running, 3);
}

TYPED_TEST_P(QueuePolicyContract, WhatKeepsWorkersAwayIsTold) {
  const std::string id = this->SubmitOne();
  EXPECT_EQ(this->Locate(id)->hindrance, Hindrance());
  const Hindrance full{.obstacle = Obstacle::kNoCapacity, .detail = "no free rtx4000"};
  ASSERT_TRUE(this->log().SetHindrance(this->endpoint_, full).ok());
  EXPECT_EQ(this->Locate(id)->hindrance, full);
  EXPECT_EQ(this->Locate(id)->capacity, Capacity());
  const Capacity capacity{.at = absl::FromUnixSeconds(1'800'000'000),
                          .workers = 2,
                          .slots = 3,
                          .running = {absl::FromUnixMicros(1'799'999'999'999'999)},
                          .starting = {absl::FromUnixSeconds(1'799'999'990)}};
  ASSERT_TRUE(this->log().SetCapacity(this->endpoint_, capacity).ok());
  EXPECT_EQ(this->Locate(id)->capacity, capacity);
  ASSERT_TRUE(this->log().SetHindrance(this->endpoint_, {}).ok());
  EXPECT_EQ(this->Locate(id)->hindrance, Hindrance());
}

TYPED_TEST_P(QueuePolicyContract, AWaitCountsFromWhenTheJobBecameRunnable) {
  this->SubmitOne(/*max_retries=*/1);
  const LeaseId lease = this->Claim(1).at(0).lease;
  this->PassTime();
  this->Settle(lease, this->Failure(FailureCause::kHandlerError));
  const Job job = this->Get(lease.job_id);
  const absl::Duration waited = this->Survey().oldest_wait;
  EXPECT_EQ(job.status, JobStatus::kInQueue);
  // The attempt took 10 ms at least, and is no part of the wait.
  const absl::Time now = this->FromNow(absl::ZeroDuration());
  EXPECT_LE(waited, now - job.queued_at - absl::Milliseconds(10));
}

TYPED_TEST_P(QueuePolicyContract, AJobWhoseTimeIsOverDoesNotStart) {
  Submission submission = this->Jobs(2);
  submission.items[0].ttl = absl::Microseconds(1);
  submission.items[0].concurrency_key = submission.items[1].concurrency_key = "k";
  const auto& items = submission.items;
  this->Submit(submission);
  this->PassTime();
  EXPECT_EQ(this->IdsOf(this->Claim(2)), std::vector{items[1].id});
  EXPECT_EQ(this->Get(items[0].id).status, JobStatus::kTimedOut);
  EXPECT_EQ(this->EventsOf(items[0].id).size(), 2U);
  EXPECT_TRUE(this->SweepAll().expired.empty());
}

TYPED_TEST_P(QueuePolicyContract, ARedriveThatComesTooLateDoesNothing) {
  const std::string id = this->SubmitOne();
  this->Settle(this->Claim(1).at(0).lease, this->Failure(FailureCause::kHandlerError));
  const JobRecord dead = *this->Find(id, {.input = true});
  ASSERT_TRUE(this->RedriveOne(dead));
  this->Settle(this->Claim(1).at(0).lease, this->Success());
  const std::int64_t version = this->Get(id).version;
  ASSERT_TRUE(this->log().Forget(this->shard(), {}, {{id, version}}).ok());
  EXPECT_FALSE(this->RedriveOne(dead)) << "what was read is older than what has left";
  EXPECT_EQ(this->Find(id), std::nullopt);
}

TYPED_TEST_P(QueuePolicyContract, APurgeTakesWhatWaitsForAKeyToo) {
  Submission submission = this->Jobs(50);
  for (auto& item : submission.items) item.concurrency_key = "k";
  this->Submit(submission);
  const std::vector<ClaimedJob> claimed = this->Claim(9);  // Parks the others.
  ASSERT_EQ(claimed.size(), 1U);
  this->Settle(claimed[0].lease, this->Success());  // Lets one of them out.
  EXPECT_EQ(this->Purge(100), 49);
  EXPECT_EQ(this->Purge(100), 0);
}

REGISTER_TYPED_TEST_SUITE_P(QueuePolicyContract, ADelayedJobWaitsForItsTime,
                            AJobWhoseTimeHasPassedIsRunnableAtOnce, AFailedAttemptBacksOff,
                            ACauseThatIsNotRetriedEndsTheJob, AJobThatOutlivesItsTimeToLiveTimesOut,
                            AJobThatRunsIsLeftToFinish, ARetryAfterTheTimeToLiveTimesOut,
                            AKeyStandsForTheFirstSubmit, AKeyIsForgottenAfterItsTime,
                            AFullQueueTakesNoMore, NoMoreJobsRunThanTheEndpointAllows,
                            JobsOfOneKeyRunOneAtATime, ACancelledJobLetsTheNextOfItsKeyRun,
                            ADeadLetterIsRedriven, ADeadLetterThatHasLeftTheQueueComesBackWhole,
                            APurgeCancelsWhatWaitsAndNothingElse, AJobIsLocatedAmongThoseThatWait,
                            WhatKeepsWorkersAwayIsTold, AWaitCountsFromWhenTheJobBecameRunnable,
                            AJobWhoseTimeIsOverDoesNotStart, ARedriveThatComesTooLateDoesNothing,
                            APurgeTakesWhatWaitsForAKeyToo);

}  // namespace furnace::scheduler

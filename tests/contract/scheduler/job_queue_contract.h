// What every JobQueue with its ShardLog must do. Instantiated for the fake and for
// Redis, so that a test which passes on the one means something for the other.
#pragma once

#include <gtest/gtest.h>

#include "tests/contract/scheduler/job_queue_fixture.h"

namespace furnace::scheduler {

TYPED_TEST_P(JobQueueContract, AQueuedJobIsFoundAsItWasSubmitted) {
  Submission submission = this->Jobs(2);
  submission.items[0].affinity = "rtx4090,rtx4000";
  submission.retry = {.max_retries = 3,
                      .backoff = absl::Seconds(2),
                      .max_backoff = absl::Seconds(9),
                      .no_retry = 8};
  submission.items[0].priority = -4;
  submission.items[0].input = std::string(1000, '1');
  submission.items[1].input.clear();
  submission.items[1].input_stored = true;
  const std::string inline_id = submission.items[0].id;
  const std::string stored_id = submission.items[1].id;
  const absl::Time queued_at = this->Submit(submission);
  const Job job = this->Find(inline_id, {.input = true})->job;
  EXPECT_EQ(job.id, inline_id);
  EXPECT_EQ(job.endpoint_id, this->endpoint_);
  EXPECT_EQ(job.project_id, this->project_);
  EXPECT_EQ(job.status, JobStatus::kInQueue);
  EXPECT_EQ(job.priority, -4);
  EXPECT_EQ(job.affinity, "rtx4090,rtx4000");
  EXPECT_EQ(job.timeout, absl::Seconds(300));
  EXPECT_EQ(job.retry, submission.retry);
  EXPECT_EQ(job.attempt, 0);
  EXPECT_EQ(job.queued_at, queued_at);
  EXPECT_EQ(job.version, 1);
  EXPECT_EQ(job.input, std::string(1000, '1'));
  EXPECT_FALSE(job.input_stored);
  EXPECT_EQ(job.started_at, std::nullopt);
  EXPECT_EQ(job.completed_at, std::nullopt);
  const Job stored = this->Find(stored_id, {.input = true})->job;
  EXPECT_EQ(stored.input, std::nullopt);
  EXPECT_TRUE(stored.input_stored);
  EXPECT_EQ(this->Find(NewJobId(this->endpoint_)), std::nullopt);
}

TYPED_TEST_P(JobQueueContract, JobsGoOutInOrderOfPriorityAndAge) {
  Submission submission = this->Jobs(4);
  submission.items[1].priority = -1;
  submission.items[3].priority = 1;
  const auto& items = submission.items;
  const std::vector<std::string> expected = {items[3].id, items[0].id, items[2].id, items[1].id};
  this->Submit(submission);
  EXPECT_EQ(this->IdsOf(this->Claim(2)), (std::vector{expected[0], expected[1]}));
  EXPECT_EQ(this->IdsOf(this->Claim(9)), (std::vector{expected[2], expected[3]}));
  EXPECT_TRUE(this->Claim(9).empty());
}

TYPED_TEST_P(JobQueueContract, AClaimLeasesToEachWorkerWhatItHasRoomFor) {
  this->Submit(this->Jobs(4));
  WorkerOnGpu first = AWorker("w-1");
  first.cold_start = absl::Seconds(3);
  first.gpu_count = 2;
  const auto claimed =
      this->Claim({{.worker = first, .jobs = 2}, {.worker = AWorker("w-2"), .jobs = 1}});
  ASSERT_EQ(claimed.size(), 3U);
  EXPECT_EQ(claimed[0].worker_id, "w-1");
  EXPECT_EQ(claimed[1].worker_id, "w-1");
  EXPECT_EQ(claimed[2].worker_id, "w-2");
  EXPECT_EQ(claimed[0].lease.epoch, 1);
  EXPECT_EQ(claimed[0].input, "1");
  EXPECT_EQ(claimed[0].timeout, absl::Seconds(300));
  const Job job = this->Get(claimed[0].lease.job_id);
  EXPECT_EQ(job.status, JobStatus::kInProgress);
  EXPECT_EQ(job.worker_id, "w-1");
  EXPECT_EQ(job.gpu_type, "rtx4000");
  EXPECT_EQ(job.gpu_count, 2);
  EXPECT_EQ(job.cold_start, absl::Seconds(3));
  EXPECT_TRUE(job.started_at.has_value());
  EXPECT_EQ(job.first_started_at, job.started_at);
  EXPECT_EQ(this->Get(claimed[1].lease.job_id).cold_start, absl::ZeroDuration());
}

TYPED_TEST_P(JobQueueContract, OnlyAFittingGpuGetsAJob) {
  Submission picky = this->Jobs();
  picky.items[0].affinity = "h100,a100";
  this->Submit(picky);
  Submission any = this->Jobs();
  any.items[0].affinity = "*";
  this->Submit(any);
  WorkerOnGpu worker = AWorker();
  EXPECT_EQ(this->IdsOf(this->Claim({{.worker = worker, .jobs = 5}})),
            (std::vector{any.items[0].id}));
  worker.gpu_type = "a100";
  EXPECT_EQ(this->IdsOf(this->Claim({{.worker = worker, .jobs = 5}})),
            (std::vector{picky.items[0].id}));
}

TYPED_TEST_P(JobQueueContract, AStoredInputIsNotInTheClaim) {
  Submission submission = this->Jobs(2);
  submission.items[0].input.clear();
  submission.items[0].input_stored = true;
  submission.items[1].input = std::string(4096, '2');
  this->Submit(submission);
  const auto claimed = this->Claim(2);
  EXPECT_EQ(claimed.at(0).input, std::nullopt);
  EXPECT_EQ(claimed.at(1).input, std::string(4096, '2'));
}

TYPED_TEST_P(JobQueueContract, AResultCompletesTheJobOnce) {
  const std::string id = this->SubmitOne();
  const LeaseId lease = this->Claim().at(0).lease;
  EXPECT_EQ(this->Settle(lease, this->Success()), SettleResult::kFinal);
  EXPECT_EQ(this->Settle(lease, this->Failure(FailureCause::kTimeout)), SettleResult::kRepeated);
  const Job job = this->Get(id);
  EXPECT_EQ(job.status, JobStatus::kCompleted);
  EXPECT_EQ(job.output, "42");
  EXPECT_EQ(job.error, "");
  EXPECT_EQ(job.version, 3);
  EXPECT_EQ(job.gpu_time_us, absl::ToInt64Microseconds(*job.completed_at - *job.started_at));
}

TYPED_TEST_P(JobQueueContract, WhatAJobWaitedInItsWorkerIsNotBilled) {
  for (const absl::Duration waited : {absl::Microseconds(1), absl::Hours(1)}) {
    const std::string id = this->SubmitOne();
    const LeaseId lease = this->Claim().at(0).lease;
    const absl::Time leased = *this->Get(id).started_at;
    Outcome outcome = this->Success();
    outcome.waited = waited;
    this->Settle(lease, outcome);
    const Job job = this->Get(id);
    EXPECT_EQ(job.started_at, std::min(leased + waited, *job.completed_at));
    EXPECT_EQ(job.first_started_at, job.started_at);
    EXPECT_EQ(job.gpu_time_us, absl::ToInt64Microseconds(*job.completed_at - *job.started_at));
    const AttemptEnd end = *this->EventsOf(id).back().attempt_end;
    EXPECT_EQ(end.start, job.started_at);
    EXPECT_EQ(end.end, job.completed_at);
  }
}

TYPED_TEST_P(JobQueueContract, AJobThatNeverBeganMayBeGivenBackAnyNumberOfTimes) {
  const std::string id = this->SubmitOne();
  Outcome outcome = this->Failure(FailureCause::kPlatform);
  outcome.never_began = true;
  for (int i = 0; i < 20; ++i) {
    const LeaseId lease = this->Claim().at(0).lease;
    this->PassTime();
    ASSERT_EQ(this->Settle(lease, outcome), SettleResult::kQueuedAgain);
  }
  const Job job = this->Get(id);
  EXPECT_EQ(job.status, JobStatus::kInQueue);
  EXPECT_EQ(job.loss_count, 0);
  EXPECT_EQ(job.retry_count, 0);
  EXPECT_EQ(job.gpu_time_us, 0);
  const AttemptEnd end = *this->EventsOf(id).back().attempt_end;
  EXPECT_EQ(end.start, end.end);
  EXPECT_EQ(job.first_started_at, std::nullopt);
  this->Claim();
  EXPECT_EQ(this->Get(id).first_started_at, this->Get(id).started_at);
}

TYPED_TEST_P(JobQueueContract, AStoredOutputIsPointedAt) {
  const std::string id = this->SubmitOne();
  this->Settle(this->Claim().at(0).lease, {.output = {}, .output_stored = true, .error = ""});
  EXPECT_TRUE(this->Get(id).output_stored);
  EXPECT_EQ(this->Get(id).output, std::nullopt);
}

TYPED_TEST_P(JobQueueContract, AJobKeepsTheMostGpuMemoryThatAnAttemptUsed) {
  const std::string id = this->SubmitOne(/*max_retries=*/3);
  Outcome failure = this->Failure(FailureCause::kHandlerError);
  for (const auto& [used, most] : {std::pair{900, 900}, {1500, 1500}, {0, 1500}}) {
    failure.gpu_memory_peak_mib = used;
    this->Settle(this->Claim().at(0).lease, failure);
    EXPECT_EQ(this->Get(id).gpu_memory_peak_mib, most);
  }
  Outcome success = this->Success();
  success.gpu_memory_peak_mib = 1200;
  this->Settle(this->Claim().at(0).lease, success);
  EXPECT_EQ(this->Get(id).gpu_memory_peak_mib, 1500);
}

TYPED_TEST_P(JobQueueContract, AFailureIsRetriedThenFinal) {
  const std::string id = this->SubmitOne(/*max_retries=*/1);
  EXPECT_EQ(this->Settle(this->Claim().at(0).lease, this->Failure(FailureCause::kHandlerError)),
            SettleResult::kQueuedAgain);
  EXPECT_EQ(this->Get(id).status, JobStatus::kInQueue);
  const LeaseId second = this->Claim().at(0).lease;
  EXPECT_EQ(second.epoch, 2);
  EXPECT_EQ(this->Settle({.job_id = id, .epoch = 1}, this->Success()), SettleResult::kNotHeld);
  EXPECT_EQ(this->Settle(second, this->Failure(FailureCause::kHandlerError)), SettleResult::kFinal);
  const Job job = this->Get(id);
  EXPECT_EQ(job.status, JobStatus::kFailed);
  EXPECT_EQ(job.error, "broken");
  EXPECT_EQ(job.cause, FailureCause::kHandlerError);
  EXPECT_EQ(job.retry_count, 2);
}

TYPED_TEST_P(JobQueueContract, UnknownLeasesAreNotHeld) {
  const std::string id = this->SubmitOne();
  const LeaseId never{.job_id = NewJobId(this->endpoint_), .epoch = 1};
  EXPECT_EQ(this->Settle(never, this->Success()), SettleResult::kNotHeld);
  EXPECT_EQ(this->Settle({.job_id = id, .epoch = 0}, this->Success()), SettleResult::kNotHeld);
  EXPECT_FALSE(this->Report({.lease = never, .progress = "1", .chunks = {}}));
  // A job id whose shard does not exist.
  const LeaseId elsewhere{.job_id = NewUuid(absl::Now(), 255), .epoch = 1};
  EXPECT_EQ(this->Settle(elsewhere, this->Success()), SettleResult::kNotHeld);
  EXPECT_FALSE(this->Report({.lease = elsewhere, .progress = "1", .chunks = {}}));
  EXPECT_EQ(this->Find(elsewhere.job_id), std::nullopt);
}

TYPED_TEST_P(JobQueueContract, LapsedLeasesAreSweptAndRenewedOnesAreNot) {
  const std::string lapsed = this->SubmitOne();
  const LeaseId lost = this->Claim(1, absl::ZeroDuration()).at(0).lease;
  const std::string renewed = this->SubmitOne();
  const LeaseId kept = this->Claim(1, absl::ZeroDuration()).at(0).lease;
  EXPECT_TRUE(this->Renew({kept}, absl::Hours(1)).empty());
  const auto swept = this->SweepOne(lapsed);
  ASSERT_EQ(swept.size(), 1U);
  EXPECT_EQ(swept[0].lease, lost);
  EXPECT_EQ(swept[0].worker_id, "w-1");
  EXPECT_EQ(this->Get(renewed).status, JobStatus::kInProgress);
  const Job job = this->Get(lapsed);
  EXPECT_EQ(job.status, JobStatus::kInQueue);
  EXPECT_EQ(job.loss_count, 1);
  EXPECT_EQ(job.gpu_time_us, 0);
  EXPECT_EQ(job.error, "worker w-1 was lost");
  EXPECT_EQ(this->Renew({lost, kept}, absl::Hours(1)), std::vector{lost});
}

TYPED_TEST_P(JobQueueContract, ASweepTakesNoMoreThanItsLimit) {
  this->Submit(this->Jobs(3));
  ASSERT_EQ(this->Claim(3, absl::ZeroDuration()).size(), 3U);
  EXPECT_EQ(this->log().Sweep(this->shard(), 2)->lapsed.size(), 2U);
  EXPECT_EQ(this->log().Sweep(this->shard(), 2)->lapsed.size(), 1U);
}

TYPED_TEST_P(JobQueueContract, ProgressAndChunksGather) {
  const std::string id = this->SubmitOne();
  const LeaseId lease = this->Claim().at(0).lease;
  EXPECT_TRUE(this->Report({.lease = lease, .progress = "1", .chunks = {"a", "b"}}));
  EXPECT_TRUE(this->Report({.lease = lease, .progress = "", .chunks = {"c"}}));
  const JobRecord all = *this->Find(id, {.chunks_after = 0});
  EXPECT_EQ(all.job.progress, "1");
  EXPECT_EQ(all.job.progress_sequence, 1);
  EXPECT_EQ(all.chunks, (std::vector<Chunk>{{1, "a"}, {1, "b"}, {1, "c"}}));
  EXPECT_EQ(all.chunk_count, 3);
  EXPECT_EQ(this->Find(id, {.chunks_after = 2})->chunks, (std::vector<Chunk>{{1, "c"}}));
  EXPECT_TRUE(this->Find(id, {.chunks_after = 9})->chunks.empty());
  EXPECT_TRUE(this->Find(id)->chunks.empty());
}

TYPED_TEST_P(JobQueueContract, ACancelledJobIsNotRunAndARunningOneIsTakenBack) {
  const std::string running = this->SubmitOne();
  const LeaseId lease = this->Claim().at(0).lease;
  const std::string queued = this->SubmitOne();
  EXPECT_EQ(this->Cancel(queued, NewId()), std::nullopt);
  EXPECT_EQ(this->Cancel(queued, this->project_)->status_before, JobStatus::kInQueue);
  const auto taken = this->Cancel(running, this->project_);
  EXPECT_EQ(taken->status_before, JobStatus::kInProgress);
  EXPECT_EQ(taken->worker_id, "w-1");
  EXPECT_EQ(taken->epoch, 1);
  EXPECT_TRUE(this->Claim(5).empty());
  EXPECT_EQ(this->Get(running).status, JobStatus::kCancelled);
  EXPECT_EQ(this->Renew({lease}, absl::Hours(1)), std::vector{lease});
  EXPECT_EQ(this->Cancel(running, this->project_)->status_before, JobStatus::kCancelled);
  EXPECT_EQ(this->Get(running).version, 3);
  EXPECT_EQ(this->Cancel(NewJobId(this->endpoint_), this->project_), std::nullopt);
}

TYPED_TEST_P(JobQueueContract, EveryTransitionIsAnEventUntilForgotten) {
  const std::string id = this->SubmitOne(/*max_retries=*/1);
  this->Settle(this->Claim().at(0).lease, this->Failure(FailureCause::kHandlerExited));
  this->Settle(this->Claim().at(0).lease, this->Success());
  const auto events = this->EventsOf(id);
  ASSERT_EQ(events.size(), 5U);
  std::vector<std::string> event_ids;
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].version, static_cast<std::int64_t>(i + 1));
    event_ids.push_back(events[i].event_id);
  }
  EXPECT_FALSE(events[1].attempt_end.has_value());
  ASSERT_TRUE(events[2].attempt_end.has_value());
  const AttemptEnd& end = *events[2].attempt_end;
  EXPECT_EQ(end.lease, (LeaseId{.job_id = id, .epoch = 1}));
  EXPECT_EQ(end.project_id, this->project_);
  EXPECT_EQ(end.endpoint_id, this->endpoint_);
  EXPECT_EQ(end.worker.worker_id, "w-1");
  EXPECT_EQ(end.worker.gpu_type, "rtx4000");
  EXPECT_EQ(end.cause, FailureCause::kHandlerExited);
  EXPECT_LE(end.start, end.end);
  EXPECT_EQ(events[4].attempt_end->lease.epoch, 2);

  ASSERT_TRUE(this->log().Forget(this->shard(), event_ids, {}).ok());
  EXPECT_TRUE(this->EventsOf(id).empty());
  EXPECT_TRUE(this->Find(id).has_value());
}

TYPED_TEST_P(JobQueueContract, OnlyAFinalJobOfTheStoredVersionIsForgotten) {
  const std::string id = this->SubmitOne();
  const auto forget = [&](std::int64_t version) {
    EXPECT_TRUE(this->log().Forget(this->shard(), {}, {{id, version}}).ok());
    return !this->Find(id).has_value();
  };
  EXPECT_FALSE(forget(1));
  this->Settle(this->Claim().at(0).lease, this->Success());
  EXPECT_FALSE(forget(2));
  EXPECT_TRUE(forget(3));
  EXPECT_TRUE(forget(3));
}

TYPED_TEST_P(JobQueueContract, JobsAreReadWhole) {
  Submission submission = this->Jobs(2);
  submission.items[1].input = std::string(500, '3');
  this->Submit(submission);
  const std::string short_id = submission.items[0].id;
  const std::string long_id = submission.items[1].id;
  this->Report({.lease = this->Claim().at(0).lease, .progress = "", .chunks = {"x"}});
  const auto records =
      this->log().ReadJobs(this->shard(), {short_id, NewJobId(this->endpoint_), long_id});
  ASSERT_EQ(records->size(), 2U);
  EXPECT_EQ((*records)[0].job.id, short_id);
  EXPECT_EQ((*records)[0].job.input, "1");
  EXPECT_EQ((*records)[0].chunks, (std::vector<Chunk>{{1, "x"}}));
  EXPECT_EQ((*records)[1].job.input, std::string(500, '3'));
}

TYPED_TEST_P(JobQueueContract, ASurveyCountsWhatWaitsAndRuns) {
  EXPECT_EQ(this->Survey().queued, 0);
  this->Submit(this->Jobs(3));
  this->Claim(2);
  EXPECT_EQ(this->Survey().queued, 1);
  EXPECT_EQ(this->Survey().running, 2);
  EXPECT_GE(this->Survey().oldest_wait, absl::ZeroDuration());
  this->Settle(this->Claim().at(0).lease, this->Success());
  EXPECT_EQ(this->Survey().queued, 0);
  EXPECT_EQ(this->Survey().running, 2);
  EXPECT_EQ(this->Survey().oldest_wait, absl::ZeroDuration());
  EXPECT_EQ(this->Survey().held, 0);
  Submission delayed = this->Jobs(2);
  const absl::Time later = absl::FromUnixMicros(4'000'000'000'000'000);
  for (Submission::Item& item : delayed.items) item.not_before = later;
  this->Submit(delayed);
  EXPECT_EQ(this->Survey().held, 2);
  EXPECT_EQ(this->Survey().queued, 0);
}

TYPED_TEST_P(JobQueueContract, OneReplicaLeadsAShard) {
  const std::string a = NewId();
  const std::string b = NewId();
  EXPECT_TRUE(*this->log().Lead(0, a, absl::Hours(1)));
  EXPECT_TRUE(*this->log().Lead(0, a, absl::Hours(1)));
  EXPECT_FALSE(*this->log().Lead(0, b, absl::Hours(1)));
  EXPECT_TRUE(*this->log().Lead(1, b, absl::Hours(1)));
}

REGISTER_TYPED_TEST_SUITE_P(
    JobQueueContract, AQueuedJobIsFoundAsItWasSubmitted, JobsGoOutInOrderOfPriorityAndAge,
    AClaimLeasesToEachWorkerWhatItHasRoomFor, OnlyAFittingGpuGetsAJob, AStoredInputIsNotInTheClaim,
    AResultCompletesTheJobOnce, WhatAJobWaitedInItsWorkerIsNotBilled,
    AJobThatNeverBeganMayBeGivenBackAnyNumberOfTimes, AStoredOutputIsPointedAt,
    AJobKeepsTheMostGpuMemoryThatAnAttemptUsed, AFailureIsRetriedThenFinal, UnknownLeasesAreNotHeld,
    LapsedLeasesAreSweptAndRenewedOnesAreNot, ASweepTakesNoMoreThanItsLimit,
    ProgressAndChunksGather, ACancelledJobIsNotRunAndARunningOneIsTakenBack,
    EveryTransitionIsAnEventUntilForgotten, OnlyAFinalJobOfTheStoredVersionIsForgotten,
    JobsAreReadWhole, ASurveyCountsWhatWaitsAndRuns, OneReplicaLeadsAShard);

}  // namespace furnace::scheduler

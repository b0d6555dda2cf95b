#include "services/scheduler/domain/job.h"

#include <gtest/gtest.h>

namespace furnace::scheduler {
namespace {

constexpr absl::Time kQueued = absl::FromUnixMicros(1'000'000);
constexpr absl::Time kStarted = absl::FromUnixMicros(2'000'000);
constexpr absl::Time kEnded = absl::FromUnixMicros(2'000'007);
constexpr JobStatus kAllStatuses[] = {
    JobStatus::kWaiting,   JobStatus::kDelayed, JobStatus::kInQueue,  JobStatus::kInProgress,
    JobStatus::kCompleted, JobStatus::kFailed,  JobStatus::kTimedOut, JobStatus::kCancelled};
constexpr FailureCause kOurs[] = {FailureCause::kWorkerLost, FailureCause::kPlatform};
constexpr FailureCause kTheirs[] = {FailureCause::kHandlerError, FailureCause::kHandlerExited,
                                    FailureCause::kTimeout};

const WorkerOnGpu kWorker = {
    .worker_id = "w-1", .gpu_type = "h100", .gpu_count = 2, .cold_start = absl::Milliseconds(800)};

Job QueuedJob() {
  Job job;
  job.id = "j";
  job.queued_at = kQueued;
  job.version = 1;
  return job;
}

Job RunningJob() { return *Start(QueuedJob(), kWorker, kStarted); }

Outcome Failure(FailureCause cause) { return {.cause = cause, .output = {}, .error = "broken"}; }

Outcome Success() { return {.cause = FailureCause::kNone, .output = "42", .error = ""}; }

TEST(JobStartTest, PutsTheJobUnderALease) {
  const Job job = RunningJob();
  EXPECT_EQ(job.status, JobStatus::kInProgress);
  EXPECT_EQ(job.attempt, 1);
  EXPECT_EQ(job.version, 2);
  EXPECT_EQ(job.worker_id, "w-1");
  EXPECT_EQ(job.gpu_type, "h100");
  EXPECT_EQ(job.gpu_count, 2);
  EXPECT_EQ(job.cold_start, absl::Milliseconds(800));
  EXPECT_EQ(job.started_at, kStarted);
  EXPECT_EQ(job.first_started_at, kStarted);
  EXPECT_EQ(job.completed_at, std::nullopt);
}

TEST(JobStartTest, OnlyAQueuedJobStarts) {
  for (const JobStatus status : kAllStatuses) {
    Job job = QueuedJob();
    job.status = status;
    EXPECT_EQ(Start(job, kWorker, kStarted).status().code(),
              status == JobStatus::kInQueue ? absl::StatusCode::kOk
                                            : absl::StatusCode::kFailedPrecondition)
        << ToString(status);
  }
}

TEST(JobStartTest, ASecondAttemptKeepsTheFirstStart) {
  const Job failed = *End(RunningJob(), 1, Failure(FailureCause::kPlatform), kEnded);
  const Job again = *Start(failed, kWorker, kEnded);
  EXPECT_EQ(again.attempt, 2);
  EXPECT_EQ(again.first_started_at, kStarted);
  EXPECT_EQ(again.started_at, kEnded);
}

TEST(JobEndTest, AResultCompletesTheJobAndIsBilled) {
  const Job job = *End(RunningJob(), 1, Success(), kEnded);
  EXPECT_EQ(job.status, JobStatus::kCompleted);
  EXPECT_EQ(job.output, "42");
  EXPECT_EQ(job.cause, FailureCause::kNone);
  EXPECT_EQ(job.completed_at, kEnded);
  EXPECT_EQ(job.gpu_time_us, 7 * 2);
  EXPECT_EQ(job.retry_count, 0);
  EXPECT_EQ(job.loss_count, 0);
  EXPECT_EQ(job.version, 3);
}

TEST(JobEndTest, AStoredOutputIsOnlyPointedAt) {
  const Job job = *End(RunningJob(), 1, {.output = {}, .output_stored = true, .error = ""}, kEnded);
  EXPECT_EQ(job.output, std::nullopt);
  EXPECT_TRUE(job.output_stored);
}

TEST(JobEndTest, OnlyTheAttemptThatHoldsTheLeaseEndsIt) {
  for (const JobStatus status : kAllStatuses) {
    for (const int epoch : {0, 1, 2}) {
      Job job = RunningJob();
      job.status = status;
      const bool holds = status == JobStatus::kInProgress && epoch == 1;
      EXPECT_EQ(End(job, epoch, Success(), kEnded).status().code(),
                holds ? absl::StatusCode::kOk : absl::StatusCode::kAborted)
          << ToString(status) << " epoch " << epoch;
    }
  }
}

TEST(JobEndTest, AFailureOfTheHandlerIsBilledAndCounted) {
  for (const FailureCause cause : kTheirs) {
    Job job = RunningJob();
    job.limits.max_retries = 1;
    job = *End(job, 1, Failure(cause), kEnded);
    EXPECT_EQ(job.status, JobStatus::kInQueue);
    EXPECT_EQ(job.retry_count, 1);
    EXPECT_EQ(job.gpu_time_us, 7 * 2);
    EXPECT_EQ(job.error, "broken");
    EXPECT_EQ(job.cause, cause);
    EXPECT_EQ(job.completed_at, std::nullopt);
    job = *End(*Start(job, kWorker, kStarted), 2, Failure(cause), kEnded);
    EXPECT_EQ(job.status, JobStatus::kFailed);
    EXPECT_EQ(job.retry_count, 2);
    EXPECT_EQ(job.gpu_time_us, 2 * 7 * 2);
    EXPECT_EQ(job.completed_at, kEnded);
  }
}

TEST(JobEndTest, WithoutRetriesTheFirstFailureIsFinal) {
  for (const FailureCause cause : kTheirs) {
    EXPECT_EQ(End(RunningJob(), 1, Failure(cause), kEnded)->status, JobStatus::kFailed);
  }
}

TEST(JobEndTest, APlatformFaultCostsNeitherMoneyNorARetry) {
  for (const FailureCause cause : kOurs) {
    const Job job = *End(RunningJob(), 1, Failure(cause), kEnded);
    EXPECT_EQ(job.status, JobStatus::kInQueue);
    EXPECT_EQ(job.gpu_time_us, 0);
    EXPECT_EQ(job.retry_count, 0);
    EXPECT_EQ(job.loss_count, 1);
  }
}

TEST(JobEndTest, AJobThatIsLostTenTimesFails) {
  for (const FailureCause cause : kOurs) {
    Job job = QueuedJob();
    for (int losses = 1; losses <= RetryLimits::kMaxLosses; ++losses) {
      ASSERT_EQ(job.status, JobStatus::kInQueue);
      job = *End(*Start(job, kWorker, kStarted), losses, Failure(cause), kEnded);
    }
    EXPECT_EQ(job.status, JobStatus::kFailed);
    EXPECT_EQ(job.loss_count, RetryLimits::kMaxLosses);
    EXPECT_EQ(job.gpu_time_us, 0);
  }
}

TEST(JobEndTest, LossesDoNotUseUpRetries) {
  Job job = QueuedJob();
  job.limits.max_retries = 1;
  int epoch = 0;
  for (const FailureCause cause : {FailureCause::kWorkerLost, FailureCause::kHandlerError,
                                   FailureCause::kPlatform, FailureCause::kWorkerLost}) {
    job = *End(*Start(job, kWorker, kStarted), ++epoch, Failure(cause), kEnded);
    EXPECT_EQ(job.status, JobStatus::kInQueue);
  }
  EXPECT_EQ(job.retry_count, 1);
  EXPECT_EQ(job.loss_count, 3);
  job = *End(*Start(job, kWorker, kStarted), ++epoch, Success(), kEnded);
  EXPECT_EQ(job.status, JobStatus::kCompleted);
  EXPECT_EQ(job.error, "");
}

TEST(JobCancelTest, EndsAnyJobThatIsNotFinal) {
  for (const JobStatus status : kAllStatuses) {
    Job job = QueuedJob();
    job.status = status;
    job.started_at = kStarted;
    job.gpu_count = 2;
    const Job cancelled = Cancel(job, kEnded);
    if (IsFinal(status)) {
      EXPECT_EQ(cancelled.status, status);
      EXPECT_EQ(cancelled.version, job.version);
      EXPECT_EQ(cancelled.error, job.error);
      continue;
    }
    EXPECT_EQ(cancelled.status, JobStatus::kCancelled);
    EXPECT_EQ(cancelled.version, job.version + 1);
    EXPECT_EQ(cancelled.completed_at, kEnded);
    EXPECT_EQ(cancelled.error, "cancelled");
    EXPECT_EQ(cancelled.cause, FailureCause::kNone);
    EXPECT_EQ(cancelled.gpu_time_us, status == JobStatus::kInProgress ? 7 * 2 : 0);
  }
}

TEST(JobCancelTest, ForgetsTheFailureOfAnEarlierAttempt) {
  const Job again = *End(RunningJob(), 1, Failure(FailureCause::kWorkerLost), kEnded);
  const Job cancelled = Cancel(again, kEnded);
  EXPECT_EQ(cancelled.cause, FailureCause::kNone);
  EXPECT_EQ(cancelled.error, "cancelled");
}

TEST(QueueScoreTest, PriorityIsAHeadStartAndNothingMore) {
  const absl::Duration minute = absl::Minutes(1);
  EXPECT_EQ(QueueScore(kQueued, 0, minute), 1'000'000);
  EXPECT_EQ(QueueScore(kQueued, 10, minute), 1'000'000 - 600'000'000);
  EXPECT_EQ(QueueScore(kQueued, -10, minute), 1'000'000 + 600'000'000);
  // Passes what came less than a minute earlier, ties with exactly a minute, and no more.
  EXPECT_LT(QueueScore(kQueued + minute - absl::Microseconds(1), 1, minute),
            QueueScore(kQueued, 0, minute));
  EXPECT_EQ(QueueScore(kQueued + minute, 1, minute), QueueScore(kQueued, 0, minute));
  EXPECT_GT(QueueScore(kQueued + minute + absl::Microseconds(1), 1, minute),
            QueueScore(kQueued, 0, minute));
}

}  // namespace
}  // namespace furnace::scheduler

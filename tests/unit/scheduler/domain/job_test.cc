#include "services/scheduler/domain/job.h"

#include <gtest/gtest.h>

namespace furnace::scheduler {
namespace {

constexpr absl::Time kQueued = absl::FromUnixMicros(1'000'000);
constexpr absl::Time kStarted = absl::FromUnixMicros(2'000'000);
constexpr absl::Time kEnded = absl::FromUnixMicros(2'000'007);
constexpr int kNoDraw = 0;
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

TEST(JobEndTest, KeepsTheMostGpuMemoryOfItsAttempts) {
  Job job = RunningJob();
  job.gpu_memory_peak_mib = 900;
  for (const auto& [used, most] : {std::pair{0, 900}, {800, 900}, {901, 901}}) {
    Outcome outcome = Success();
    outcome.gpu_memory_peak_mib = used;
    EXPECT_EQ(End(job, 1, outcome, kNoDraw, kEnded)->gpu_memory_peak_mib, most) << used;
  }
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
  const Job failed = *End(RunningJob(), 1, Failure(FailureCause::kPlatform), kNoDraw, kEnded);
  const Job again = *Start(failed, kWorker, kEnded);
  EXPECT_EQ(again.attempt, 2);
  EXPECT_EQ(again.first_started_at, kStarted);
  EXPECT_EQ(again.started_at, kEnded);
}

TEST(JobEndTest, AResultCompletesTheJobAndIsBilled) {
  const Job job = *End(RunningJob(), 1, Success(), kNoDraw, kEnded);
  EXPECT_EQ(job.status, JobStatus::kCompleted);
  EXPECT_EQ(job.output, "42");
  EXPECT_EQ(job.cause, FailureCause::kNone);
  EXPECT_EQ(job.completed_at, kEnded);
  EXPECT_EQ(job.gpu_time_us, 7 * 2);
  EXPECT_EQ(job.retry_count, 0);
  EXPECT_EQ(job.loss_count, 0);
  EXPECT_EQ(job.version, 3);
}

struct WaitCase {
  std::string name;
  int waited_us;
  int start_us;  // After the lease, which lives for 7 us.
};

class JobWaitTest : public ::testing::TestWithParam<WaitCase> {};

TEST_P(JobWaitTest, WhatAJobWaitedInItsWorkerIsNotBilled) {
  for (const FailureCause cause : {FailureCause::kNone, FailureCause::kHandlerError}) {
    Outcome outcome = cause == FailureCause::kNone ? Success() : Failure(cause);
    outcome.waited = absl::Microseconds(GetParam().waited_us);
    const Job job = *End(RunningJob(), 1, outcome, kNoDraw, kEnded);
    const absl::Time start = kStarted + absl::Microseconds(GetParam().start_us);
    EXPECT_EQ(job.started_at, start);
    EXPECT_EQ(job.first_started_at, start);
    EXPECT_EQ(job.gpu_time_us, (7 - GetParam().start_us) * 2);
  }
}

INSTANTIATE_TEST_SUITE_P(Table, JobWaitTest,
                         ::testing::ValuesIn<WaitCase>({
                             {"NotAtAll", 0, 0},
                             {"AWhile", 4, 4},
                             {"TillTheEnd", 7, 7},
                             {"LongerThanTheLease", 1'000'000, 7},
                             {"LessThanNothing", -4, 0},
                         }),
                         [](const auto& test) { return test.param.name; });

TEST(JobEndTest, AnAttemptThatNeverBeganStartsWhenItEndsAndIsNoLoss) {
  Outcome outcome = Failure(FailureCause::kPlatform);
  outcome.never_began = true;
  const Job job = *End(RunningJob(), 1, outcome, kNoDraw, kEnded);
  EXPECT_EQ(job.status, JobStatus::kInQueue);
  EXPECT_EQ(job.started_at, kEnded);
  EXPECT_EQ(job.first_started_at, std::nullopt);
  EXPECT_EQ(job.loss_count, 0);
  EXPECT_EQ(job.retry_count, 0);
  EXPECT_EQ(job.gpu_time_us, 0);
}

TEST(JobEndTest, TheFirstStartIsThatOfTheFirstAttemptThatBegan) {
  Outcome unbegun = Failure(FailureCause::kPlatform);
  unbegun.never_began = true;
  Job job = *End(RunningJob(), 1, unbegun, kNoDraw, kEnded);
  const absl::Time again = kEnded + absl::Seconds(1);
  job = *Start(job, kWorker, again);
  EXPECT_EQ(job.first_started_at, again);
  job = *End(job, 2, Failure(FailureCause::kPlatform), kNoDraw, again + absl::Seconds(1));
  job = *Start(job, kWorker, again + absl::Seconds(2));
  job = *End(job, 3, unbegun, kNoDraw, again + absl::Seconds(3));
  EXPECT_EQ(job.first_started_at, again);
}

TEST(JobEndTest, AWaitOfASecondAttemptLeavesTheFirstStart) {
  const Job failed = *End(RunningJob(), 1, Failure(FailureCause::kPlatform), kNoDraw, kEnded);
  Outcome outcome = Success();
  outcome.waited = absl::Microseconds(3);
  const Job job =
      *End(*Start(failed, kWorker, kEnded), 2, outcome, kNoDraw, kEnded + absl::Microseconds(10));
  EXPECT_EQ(job.first_started_at, kStarted);
  EXPECT_EQ(job.started_at, kEnded + absl::Microseconds(3));
}

TEST(JobEndTest, AStoredOutputIsOnlyPointedAt) {
  const Job job =
      *End(RunningJob(), 1, {.output = {}, .output_stored = true, .error = ""}, kNoDraw, kEnded);
  EXPECT_EQ(job.output, std::nullopt);
  EXPECT_TRUE(job.output_stored);
}

TEST(JobEndTest, OnlyTheAttemptThatHoldsTheLeaseEndsIt) {
  for (const JobStatus status : kAllStatuses) {
    for (const int epoch : {0, 1, 2}) {
      Job job = RunningJob();
      job.status = status;
      const bool holds = status == JobStatus::kInProgress && epoch == 1;
      EXPECT_EQ(End(job, epoch, Success(), kNoDraw, kEnded).status().code(),
                holds ? absl::StatusCode::kOk : absl::StatusCode::kAborted)
          << ToString(status) << " epoch " << epoch;
    }
  }
}

TEST(JobEndTest, AFailureOfTheHandlerIsBilledAndCounted) {
  for (const FailureCause cause : kTheirs) {
    Job job = RunningJob();
    job.retry.max_retries = 1;
    job = *End(job, 1, Failure(cause), kNoDraw, kEnded);
    EXPECT_EQ(job.status, JobStatus::kInQueue);
    EXPECT_EQ(job.retry_count, 1);
    EXPECT_EQ(job.gpu_time_us, 7 * 2);
    EXPECT_EQ(job.error, "broken");
    EXPECT_EQ(job.cause, cause);
    EXPECT_EQ(job.completed_at, std::nullopt);
    job = *End(*Start(job, kWorker, kStarted), 2, Failure(cause), kNoDraw, kEnded);
    EXPECT_EQ(job.status, JobStatus::kFailed);
    EXPECT_EQ(job.retry_count, 2);
    EXPECT_EQ(job.gpu_time_us, 2 * 7 * 2);
    EXPECT_EQ(job.completed_at, kEnded);
  }
}

TEST(JobEndTest, WithoutRetriesTheFirstFailureIsFinal) {
  for (const FailureCause cause : kTheirs) {
    EXPECT_EQ(End(RunningJob(), 1, Failure(cause), kNoDraw, kEnded)->status, JobStatus::kFailed);
  }
}

TEST(JobEndTest, APlatformFaultCostsNeitherMoneyNorARetry) {
  for (const FailureCause cause : kOurs) {
    const Job job = *End(RunningJob(), 1, Failure(cause), kNoDraw, kEnded);
    EXPECT_EQ(job.status, JobStatus::kInQueue);
    EXPECT_EQ(job.gpu_time_us, 0);
    EXPECT_EQ(job.retry_count, 0);
    EXPECT_EQ(job.loss_count, 1);
  }
}

TEST(JobEndTest, AJobThatIsLostTenTimesFails) {
  for (const FailureCause cause : kOurs) {
    Job job = QueuedJob();
    for (int losses = 1; losses <= RetryPolicy::kMaxLosses; ++losses) {
      ASSERT_EQ(job.status, JobStatus::kInQueue);
      job = *End(*Start(job, kWorker, kStarted), losses, Failure(cause), kNoDraw, kEnded);
    }
    EXPECT_EQ(job.status, JobStatus::kFailed);
    EXPECT_EQ(job.loss_count, RetryPolicy::kMaxLosses);
    EXPECT_EQ(job.gpu_time_us, 0);
  }
}

TEST(JobEndTest, LossesDoNotUseUpRetries) {
  Job job = QueuedJob();
  job.retry.max_retries = 1;
  int epoch = 0;
  for (const FailureCause cause : {FailureCause::kWorkerLost, FailureCause::kHandlerError,
                                   FailureCause::kPlatform, FailureCause::kWorkerLost}) {
    job = *End(*Start(job, kWorker, kStarted), ++epoch, Failure(cause), kNoDraw, kEnded);
    EXPECT_EQ(job.status, JobStatus::kInQueue);
  }
  EXPECT_EQ(job.retry_count, 1);
  EXPECT_EQ(job.loss_count, 3);
  job = *End(*Start(job, kWorker, kStarted), ++epoch, Success(), kNoDraw, kEnded);
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
  const Job again = *End(RunningJob(), 1, Failure(FailureCause::kWorkerLost), kNoDraw, kEnded);
  const Job cancelled = Cancel(again, kEnded);
  EXPECT_EQ(cancelled.cause, FailureCause::kNone);
  EXPECT_EQ(cancelled.error, "cancelled");
}

TEST(QueueScoreTest, ACriticalJobGoesBeforeAllOthers) {
  const absl::Time late = absl::FromUnixSeconds(2'000'000'000);
  const absl::Duration strict = absl::Hours(24 * 365 * 10);
  const std::int64_t last_critical = QueueScore(late, -10, strict, true);
  EXPECT_LT(last_critical, QueueScore(absl::FromUnixSeconds(1'700'000'000), 10, strict));
  const std::int64_t lowest = QueueScore(absl::FromUnixSeconds(1'700'000'000), 10, strict, true);
  EXPECT_EQ(static_cast<std::int64_t>(static_cast<double>(lowest) - 1), lowest - 1)
      << "whole numbers in a double";
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

TEST(JobAcceptTest, AJobForLaterIsDelayed) {
  const Job later = Accept(Job{}, kEnded, absl::ZeroDuration(), kQueued);
  EXPECT_EQ(later.status, JobStatus::kDelayed);
  EXPECT_EQ(later.not_before, kEnded);
  EXPECT_EQ(later.queued_at, kQueued);
  EXPECT_EQ(later.expires_at, std::nullopt);
  EXPECT_EQ(later.version, 1);
  for (const auto now : {std::optional<absl::Time>(), std::optional(kQueued)}) {
    const Job job = Accept(Job{}, now, absl::Seconds(1), kQueued);
    EXPECT_EQ(job.status, JobStatus::kInQueue);
    EXPECT_EQ(job.not_before, std::nullopt);
    EXPECT_EQ(job.expires_at, kQueued + absl::Seconds(1));
  }
}

TEST(JobReleaseTest, OnlyADelayedJobThatIsDueIsReleased) {
  const Job delayed = Accept(Job{}, kEnded, absl::ZeroDuration(), kQueued);
  EXPECT_FALSE(Release(delayed, kEnded - absl::Microseconds(1)).ok());
  EXPECT_FALSE(Release(QueuedJob(), kEnded).ok());
  const Job job = *Release(delayed, kEnded);
  EXPECT_EQ(job.status, JobStatus::kInQueue);
  EXPECT_EQ(job.not_before, std::nullopt);
  EXPECT_EQ(job.version, 2);
}

TEST(JobEndTest, AFailureWithBackoffDelaysTheJob) {
  Job job = RunningJob();
  job.retry = {.max_retries = 1, .backoff = absl::Seconds(8), .max_backoff = absl::Seconds(8)};
  job = *End(job, 1, Failure(FailureCause::kHandlerError), /*draw=*/250, kEnded);
  EXPECT_EQ(job.status, JobStatus::kDelayed);
  EXPECT_EQ(job.not_before, kEnded + absl::Seconds(2));
  EXPECT_EQ(job.completed_at, std::nullopt);
}

TEST(JobExpireTest, OnlyAJobThatWaitsTooLongExpires) {
  const absl::Time end = kQueued + absl::Seconds(1);
  for (const JobStatus status : kAllStatuses) {
    Job job = QueuedJob();
    job.status = status;
    job.expires_at = end;
    EXPECT_EQ(Expire(job, end).ok(), Waits(status)) << ToString(status);
    EXPECT_FALSE(Expire(job, end - absl::Microseconds(1)).ok());
  }
  EXPECT_FALSE(Expire(QueuedJob(), absl::InfiniteFuture()).ok());
}

TEST(JobExpireTest, AnExpiredJobIsTimedOut) {
  Job job = QueuedJob();
  job.expires_at = kStarted;
  job = *Expire(job, kEnded);
  EXPECT_EQ(job.status, JobStatus::kTimedOut);
  EXPECT_EQ(job.completed_at, kEnded);
  EXPECT_EQ(job.error, "not run within its time to live");
  EXPECT_EQ(job.version, 2);
}

TEST(JobRedriveTest, OnlyAJobThatFailedOrTimedOutIsRedriven) {
  for (const JobStatus status : kAllStatuses) {
    Job job = QueuedJob();
    job.status = status;
    const bool dead = status == JobStatus::kFailed || status == JobStatus::kTimedOut;
    EXPECT_EQ(Redrive(job, absl::ZeroDuration(), kEnded).ok(), dead) << ToString(status);
  }
}

TEST(JobRedriveTest, ARedrivenJobBeginsAnewAndKeepsItsHistory) {
  Job dead = *End(RunningJob(), 1, Failure(FailureCause::kHandlerError), kNoDraw, kEnded);
  ASSERT_EQ(dead.status, JobStatus::kFailed);
  const Job job = *Redrive(dead, absl::Seconds(3), kEnded);
  EXPECT_EQ(job.status, JobStatus::kInQueue);
  EXPECT_EQ(job.retry_count, 0);
  EXPECT_EQ(job.loss_count, 0);
  EXPECT_EQ(job.error, "");
  EXPECT_EQ(job.cause, FailureCause::kNone);
  EXPECT_EQ(job.completed_at, std::nullopt);
  EXPECT_EQ(job.expires_at, kEnded + absl::Seconds(3));
  EXPECT_EQ(job.attempt, 1) << "epochs never come twice";
  EXPECT_EQ(job.gpu_time_us, dead.gpu_time_us);
  EXPECT_EQ(job.version, dead.version + 1);
}

}  // namespace
}  // namespace furnace::scheduler

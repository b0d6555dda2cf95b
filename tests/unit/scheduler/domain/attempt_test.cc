#include "services/scheduler/domain/attempt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace furnace::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Job AJob(JobStatus status, int attempt) {
  Job job;
  job.status = status;
  job.attempt = attempt;
  job.worker_id = "w";
  job.gpu_type = "rtx4000";
  job.gpu_count = 2;
  if (attempt > 0) job.started_at = absl::FromUnixMicros(10);
  if (IsFinal(status)) job.completed_at = absl::FromUnixMicros(13);
  return job;
}

TEST(AttemptTest, ARunningAttemptIsShownWithoutAnEnd) {
  const Attempt expected{.number = 1,
                         .worker_id = "w",
                         .gpu_type = "rtx4000",
                         .started_at = absl::FromUnixMicros(10),
                         .ended_at = std::nullopt,
                         .error = {}};
  EXPECT_THAT(AttemptsOf(AJob(JobStatus::kInProgress, 1), {}), ElementsAre(expected));
}

TEST(AttemptTest, TheAttemptWithTheResultIsToldByTheJob) {
  const Job job = AJob(JobStatus::kCompleted, 1);
  EXPECT_FALSE(HasEarlierAttempts(job));
  const std::vector<Attempt> attempts = AttemptsOf(job, {});
  ASSERT_EQ(attempts.size(), 1U);
  EXPECT_EQ(attempts[0].ended_at, job.completed_at);
  EXPECT_EQ(attempts[0].cause, FailureCause::kNone);
  EXPECT_EQ(attempts[0].gpu_time_us, 6);
}

TEST(AttemptTest, AFailedJobsLastAttemptSaysWhyAndIsBilledUnlessThePlatformFailedIt) {
  Job job = AJob(JobStatus::kFailed, 2);
  job.cause = FailureCause::kHandlerError;
  job.error = std::string(kMaxAttemptErrorBytes - 1, 'x') + "é";
  Attempt last = AttemptsOf(job, {}).at(0);
  EXPECT_EQ(last.error, std::string(kMaxAttemptErrorBytes - 1, 'x'));
  EXPECT_EQ(last.cause, FailureCause::kHandlerError);
  EXPECT_EQ(last.gpu_time_us, 6);
  job.cause = FailureCause::kWorkerLost;
  EXPECT_EQ(AttemptsOf(job, {}).at(0).gpu_time_us, 0);
}

TEST(AttemptTest, WhatWasStoredIsNotToldTwice) {
  const Attempt stored{.number = 1, .worker_id = "stored", .gpu_type = {}, .error = {}};
  EXPECT_THAT(AttemptsOf(AJob(JobStatus::kFailed, 1), {stored}), ElementsAre(stored));
  EXPECT_THAT(AttemptsOf(AJob(JobStatus::kCancelled, 1), {stored}), ElementsAre(stored));
}

TEST(AttemptTest, AJobThatWaitsForItsRetryTellsOfNoAttempt) {
  for (const JobStatus status : {JobStatus::kInQueue, JobStatus::kDelayed, JobStatus::kTimedOut}) {
    EXPECT_TRUE(HasEarlierAttempts(AJob(status, 1)));
    EXPECT_THAT(AttemptsOf(AJob(status, 1), {}), IsEmpty());
  }
  EXPECT_FALSE(HasEarlierAttempts(AJob(JobStatus::kInQueue, 0)));
  EXPECT_THAT(AttemptsOf(AJob(JobStatus::kCancelled, 0), {}), IsEmpty());
}

TEST(AttemptTest, OfManyTheLastAreShownByRisingNumber) {
  std::vector<Attempt> earlier;
  for (int i = 100; i > 0; --i) earlier.push_back({.number = i, .worker_id = {}, .gpu_type = {}});
  const std::vector<Attempt> attempts = AttemptsOf(AJob(JobStatus::kInProgress, 101), earlier);
  ASSERT_EQ(attempts.size(), kMaxAttempts);
  EXPECT_EQ(attempts.front().number, 2);
  EXPECT_EQ(attempts.back().number, 101);
}

}  // namespace
}  // namespace furnace::scheduler

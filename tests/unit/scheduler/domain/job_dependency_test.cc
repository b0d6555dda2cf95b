// Jobs that wait for others: see job.h.
#include <gtest/gtest.h>

#include "services/scheduler/domain/job.h"

namespace furnace::scheduler {
namespace {

constexpr absl::Time kNow = absl::FromUnixMicros(1'000'000);
constexpr absl::Time kLater = absl::FromUnixMicros(5'000'000);

Job AJob() {
  Job job;
  job.id = "j";
  job.unfinished = {"a", "b"};
  return job;
}

Job WaitingJob(ParentFailure policy = ParentFailure::kFail) {
  Job job = AJob();
  job.on_parent_failure = policy;
  return Accept(job, std::nullopt, absl::Hours(1), kNow);
}

TEST(JobDependencyTest, AJobWithParentsWaits) {
  const Job job = Accept(AJob(), kLater, absl::ZeroDuration(), kNow);
  EXPECT_EQ(job.status, JobStatus::kWaiting);
  EXPECT_EQ(job.not_before, kLater);
  EXPECT_EQ(job.version, 1);
}

TEST(JobDependencyTest, TheLastParentMakesItRunnable) {
  const Job one_left = *EndParent(WaitingJob(), "a", JobStatus::kCompleted, kNow);
  EXPECT_EQ(one_left.status, JobStatus::kWaiting);
  EXPECT_EQ(one_left.version, 1);
  const Job runnable = *EndParent(one_left, "b", JobStatus::kCompleted, kNow);
  EXPECT_EQ(runnable.status, JobStatus::kInQueue);
  EXPECT_EQ(runnable.version, 2);
}

TEST(JobDependencyTest, ItsTimeIsKeptUntilItsParentsHaveEnded) {
  Job job = AJob();
  job.unfinished = {"a"};
  job = Accept(job, kLater, absl::ZeroDuration(), kNow);
  const Job delayed = *EndParent(job, "a", JobStatus::kCompleted, kNow);
  EXPECT_EQ(delayed.status, JobStatus::kDelayed);
  EXPECT_EQ(delayed.not_before, kLater);
  const Job due = *EndParent(job, "a", JobStatus::kCompleted, kLater);
  EXPECT_EQ(due.status, JobStatus::kInQueue);
  EXPECT_EQ(due.not_before, std::nullopt);
}

TEST(JobDependencyTest, AFailedParentCountsByThePolicy) {
  for (const JobStatus how : {JobStatus::kFailed, JobStatus::kTimedOut, JobStatus::kCancelled}) {
    const std::string why = "parent a is " + std::string(ToString(how));
    const Job failed = *EndParent(WaitingJob(), "a", how, kLater);
    EXPECT_EQ(failed.status, JobStatus::kFailed);
    EXPECT_EQ(failed.error, why);
    EXPECT_EQ(failed.completed_at, kLater);
    EXPECT_EQ(failed.version, 2);
    const Job skipped = *EndParent(WaitingJob(ParentFailure::kSkip), "a", how, kLater);
    EXPECT_EQ(skipped.status, JobStatus::kCancelled);
    EXPECT_EQ(skipped.error, "skipped: " + why);
    const Job goes_on = *EndParent(WaitingJob(ParentFailure::kContinue), "a", how, kLater);
    EXPECT_EQ(goes_on.status, JobStatus::kWaiting);
    EXPECT_EQ(goes_on.unfinished, std::set<std::string>{"b"});
  }
}

TEST(JobDependencyTest, OnlyWhatAWaitingJobWaitsForCounts) {
  EXPECT_FALSE(EndParent(WaitingJob(), "c", JobStatus::kFailed, kNow).ok());
  Job queued = AJob();
  queued.unfinished.clear();
  queued = Accept(queued, std::nullopt, absl::ZeroDuration(), kNow);
  EXPECT_FALSE(EndParent(queued, "a", JobStatus::kFailed, kNow).ok());
}

TEST(JobDependencyTest, AWaitingJobExpiresIsCancelledAndDoesNotStart) {
  EXPECT_EQ(Expire(WaitingJob(), kNow + absl::Hours(1))->status, JobStatus::kTimedOut);
  EXPECT_FALSE(Expire(WaitingJob(), kNow).ok());
  const Job cancelled = Cancel(WaitingJob(), kLater);
  EXPECT_EQ(cancelled.status, JobStatus::kCancelled);
  EXPECT_TRUE(cancelled.unfinished.empty());
  EXPECT_FALSE(Start(WaitingJob(), {}, kNow).ok());
  EXPECT_FALSE(Release(WaitingJob(), kNow).ok());
}

TEST(JobDependencyTest, OneThatItsParentFailedIsRedrivenWithoutWaiting) {
  const Job failed = *EndParent(WaitingJob(), "a", JobStatus::kFailed, kLater);
  EXPECT_EQ(Redrive(failed, absl::ZeroDuration(), kLater)->status, JobStatus::kInQueue);
}

}  // namespace
}  // namespace furnace::scheduler

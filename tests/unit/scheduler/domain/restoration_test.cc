#include "services/scheduler/domain/restoration.h"

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>

namespace furnace::scheduler {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

struct StateCase {
  JobStatus before;
  std::optional<JobStatus> after;  // nullopt: it is not restored.
};

class RestoreTest : public testing::TestWithParam<StateCase> {};

TEST_P(RestoreTest, KeepsWhatWaitsAndQueuesWhatRan) {
  Job job;
  job.id = "j";
  job.status = GetParam().before;
  job.attempt = 2;
  job.version = 5;
  job.retry_count = 1;
  job.gpu_time_us = 7;
  job.error = "broken";
  job.depends_on = {"a"};
  const absl::StatusOr<Job> restored = Restore(job);
  if (!GetParam().after) {
    EXPECT_TRUE(absl::IsFailedPrecondition(restored.status()));
    return;
  }
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(restored->status, *GetParam().after);
  EXPECT_EQ(restored->attempt, 2 + kRestoredAhead);
  EXPECT_EQ(restored->version, 5 + kRestoredAhead);
  EXPECT_EQ(restored->retry_count, 1);
  EXPECT_EQ(restored->gpu_time_us, 7);
  EXPECT_EQ(restored->error, "broken");
}

INSTANTIATE_TEST_SUITE_P(EachState, RestoreTest,
                         testing::ValuesIn<StateCase>({{JobStatus::kWaiting, JobStatus::kWaiting},
                                                       {JobStatus::kDelayed, JobStatus::kDelayed},
                                                       {JobStatus::kInQueue, JobStatus::kInQueue},
                                                       {JobStatus::kInProgress,
                                                        JobStatus::kInQueue},
                                                       {JobStatus::kCompleted, std::nullopt},
                                                       {JobStatus::kFailed, std::nullopt},
                                                       {JobStatus::kTimedOut, std::nullopt},
                                                       {JobStatus::kCancelled, std::nullopt}}),
                         [](const auto& test) { return std::string(ToString(test.param.before)); });

TEST(RestoreTest, AJobWaitsForAllItsParentsAgain) {
  Job job;
  job.status = JobStatus::kWaiting;
  job.depends_on = {"a", "b"};
  EXPECT_EQ(Restore(job)->unfinished, (std::set<std::string>{"a", "b"}));
  job.depends_on.clear();  // It waited for its graph.
  EXPECT_EQ(Restore(job)->status, JobStatus::kInQueue);
  job.not_before = kNow;
  EXPECT_EQ(Restore(job)->status, JobStatus::kDelayed);
}

TEST(RestoredScoreTest, AJobStandsWhereItsSubmitPutIt) {
  Job job;
  job.queued_at = kNow;
  job.priority = 2;
  const absl::Duration head_start = absl::Seconds(60);
  EXPECT_EQ(RestoredScore(job, head_start), QueueScore(kNow, 2, head_start));
  job.status = JobStatus::kDelayed;
  job.not_before = kNow + absl::Hours(1);
  EXPECT_EQ(RestoredScore(job, head_start), QueueScore(kNow + absl::Hours(1), 2, head_start));
}

}  // namespace
}  // namespace furnace::scheduler

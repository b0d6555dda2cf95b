// What every UnfinishedJobs with its history must do.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "services/scheduler/app/rebuild_ports.h"
#include "tests/support/scheduler/samples.h"

namespace furnace::scheduler {

/// `Backend` offers history() and unfinished() over the same jobs.
template <typename Backend>
class UnfinishedJobsContract : public testing::Test {
 protected:
  JobRecord Save(JobStatus status) {
    JobRecord record;
    Job& job = record.job;
    job.endpoint_id = endpoint_;
    job.project_id = endpoint_;
    job.id = NewJobId(endpoint_);
    job.affinity = "*";
    job.queued_at = absl::FromUnixMicros(1'800'000'000'123'456);
    if (IsFinal(status)) job.completed_at = job.queued_at;
    job.status = status;
    job.input = "[1]";
    job.priority = 4;
    job.version = 3;
    record.chunk_count = 5;
    if (!IsFinal(status)) record.s3_config = R"({"accessId":"a"})";
    EXPECT_TRUE(backend_.history().Save({record}).ok());
    return record;
  }

  Backend backend_;
  const std::string endpoint_ = NewId();
};
TYPED_TEST_SUITE_P(UnfinishedJobsContract);

TYPED_TEST_P(UnfinishedJobsContract, ListsAndReadsWhatIsNotFinal) {
  std::vector<std::string> all;
  std::vector<std::string> expected;
  // Others may have left jobs in the same history; these are above them.
  const std::string before = NewJobId(this->endpoint_);
  for (int status = 1; status <= 8; ++status) {
    all.push_back(this->Save(*JobStatusFromNumber(status)).job.id);
    if (status <= 4) expected.push_back(all.back());
  }
  UnfinishedJobs& unfinished = this->backend_.unfinished();
  EXPECT_EQ(unfinished.List(before, 100).value(), expected);
  EXPECT_EQ(unfinished.List(before, 3).value(), std::vector(expected.begin(), expected.end() - 1));
  EXPECT_EQ(unfinished.List(expected[2], 100).value(), std::vector{expected[3]});
  EXPECT_TRUE(unfinished.List(expected[3], 100)->empty());
  EXPECT_GE(unfinished.List("", 1000)->size(), 4U);
  all.push_back(NewJobId(this->endpoint_));
  std::vector<std::string> read;
  const std::vector<JobRecord> records = unfinished.Read(all).value();
  for (const JobRecord& record : records) read.push_back(record.job.id);
  std::sort(read.begin(), read.end());
  EXPECT_EQ(read, expected);
  EXPECT_TRUE(unfinished.Read({})->empty());
}

TYPED_TEST_P(UnfinishedJobsContract, AJobComesWithItsInput) {
  const JobRecord saved = this->Save(JobStatus::kInQueue);
  const std::vector<JobRecord> read = this->backend_.unfinished().Read({saved.job.id}).value();
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].job.input, saved.job.input);
  EXPECT_EQ(read[0].job.priority, saved.job.priority);
  EXPECT_EQ(read[0].job.version, saved.job.version);
  EXPECT_EQ(read[0].job.queued_at, saved.job.queued_at);
  EXPECT_EQ(read[0].chunk_count, saved.chunk_count);
  EXPECT_EQ(read[0].s3_config, saved.s3_config);
}

REGISTER_TYPED_TEST_SUITE_P(UnfinishedJobsContract, ListsAndReadsWhatIsNotFinal,
                            AJobComesWithItsInput);

}  // namespace furnace::scheduler

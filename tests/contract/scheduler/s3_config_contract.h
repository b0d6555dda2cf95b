// What every JobQueue must do about the configuration that a job brings for its handler.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "services/scheduler/domain/restoration.h"
#include "tests/contract/scheduler/job_queue_fixture.h"

namespace furnace::scheduler {

/// `Backend` also offers lost(), loads() and LoseAll().
template <typename Backend>
class S3ConfigContract : public JobQueueContract<Backend> {
 protected:
  static constexpr char kConfig[] = R"({"accessId":"a","accessSecret":"s"})";

  std::string SubmitWith(const std::string& config, int max_retries = 0) {
    Submission submission = this->Jobs();
    submission.items[0].s3_config = config;
    submission.retry.max_retries = max_retries;
    std::string id = submission.items[0].id;
    this->Submit(std::move(submission));
    return id;
  }

  std::string ConfigOf(const std::string& id) {
    return this->log().ReadJobs(this->shard(), {id}).value().at(0).s3_config;
  }

  std::int64_t Bytes() {
    return this->backend_.loads().Of({this->endpoint_}).value()[this->endpoint_].bytes;
  }
};
TYPED_TEST_SUITE_P(S3ConfigContract);

TYPED_TEST_P(S3ConfigContract, GoesWithEveryAttemptAndIsGoneWithTheEnd) {
  const std::string id = this->SubmitWith(this->kConfig, /*max_retries=*/1);
  for (int attempt = 1; attempt <= 2; ++attempt) {
    EXPECT_EQ(this->ConfigOf(id), this->kConfig);
    const std::vector<ClaimedJob> claimed = this->Claim();
    ASSERT_EQ(claimed.size(), 1U);
    EXPECT_EQ(claimed[0].s3_config, this->kConfig);
    EXPECT_EQ(claimed[0].input, "1");
    this->Settle(claimed[0].lease, this->Failure(FailureCause::kHandlerError));
  }
  EXPECT_EQ(this->Get(id).status, JobStatus::kFailed);
  EXPECT_EQ(this->ConfigOf(id), "");
}

TYPED_TEST_P(S3ConfigContract, IsGoneWhenTheJobIsCancelledOrPurged) {
  const std::string cancelled = this->SubmitWith(this->kConfig);
  this->Cancel(cancelled, this->project_);
  EXPECT_EQ(this->ConfigOf(cancelled), "");
  const std::string purged = this->SubmitWith(this->kConfig);
  ASSERT_TRUE(Await<int>([&](Done<int> done) {
                this->queue().Purge(this->endpoint_, 10, std::move(done));
              }).ok());
  EXPECT_EQ(this->ConfigOf(purged), "");
}

TYPED_TEST_P(S3ConfigContract, AJobWithoutOneHasNone) {
  const std::string id = this->SubmitWith("");
  EXPECT_EQ(this->ConfigOf(id), "");
  EXPECT_EQ(this->Claim().at(0).s3_config, "");
}

TYPED_TEST_P(S3ConfigContract, CountsAsTheInputDoes) {
  const auto bytes = static_cast<std::int64_t>(std::string(this->kConfig).size()) + 1;
  this->SubmitWith(this->kConfig, /*max_retries=*/1);
  EXPECT_EQ(this->Bytes(), bytes);
  const LeaseId lease = this->Claim().at(0).lease;
  EXPECT_EQ(this->Bytes(), 0);
  this->Settle(lease, this->Failure(FailureCause::kHandlerError));
  EXPECT_EQ(this->Bytes(), bytes);
  this->Cancel(lease.job_id, this->project_);
  EXPECT_EQ(this->Bytes(), 0);
}

TYPED_TEST_P(S3ConfigContract, ComesBackWithAJobThatWasLost) {
  const std::string id = this->SubmitWith(this->kConfig);
  FindOptions options;
  options.input = true;
  JobRecord record = *this->Find(id, options);
  this->backend_.LoseAll();
  record.job = Restore(record.job).value();
  ASSERT_EQ(this->backend_.lost().PutBack(this->shard(), {{.record = record}}).value(), 1);
  EXPECT_EQ(this->Claim().at(0).s3_config, this->kConfig);
}

REGISTER_TYPED_TEST_SUITE_P(S3ConfigContract, GoesWithEveryAttemptAndIsGoneWithTheEnd,
                            IsGoneWhenTheJobIsCancelledOrPurged, AJobWithoutOneHasNone,
                            CountsAsTheInputDoes, ComesBackWithAJobThatWasLost);

}  // namespace furnace::scheduler

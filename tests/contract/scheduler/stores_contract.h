// What every JobHistory and PayloadStore must do. Instantiated for the fakes and for
// PostgreSQL.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "services/scheduler/app/health_ports.h"
#include "tests/support/scheduler/samples.h"

namespace furnace::scheduler {

/// `Backend` offers history() and counter(), two sides of one. Tests do not share projects.
template <typename Backend>
class JobHistoryContract : public testing::Test {
 protected:
  // A job as it is after Submit.
  JobRecord Queued() const {
    JobRecord record;
    record.job.endpoint_id = endpoint_;
    record.job.project_id = project_;
    record.job.id = NewJobId(endpoint_);
    record.job.affinity = "*";
    record.job.timeout = absl::Seconds(300);
    record.job.queued_at = absl::FromUnixMicros(1'800'000'000'123'456);
    record.job.version = 1;
    return record;
  }

  // The same after it ran, with every field set.
  static JobRecord Completed(JobRecord record) {
    Job& job = record.job;
    job.status = JobStatus::kCompleted;
    job.priority = -10;
    job.retry = {.max_retries = 4,
                 .backoff = absl::Milliseconds(5),
                 .max_backoff = absl::Seconds(6),
                 .no_retry = 4};
    job.concurrency_key = "key 'of' {one}";
    job.depends_on = {NewId(), NewId()};
    job.on_parent_failure = ParentFailure::kContinue;
    job.refers_to_outputs = true;
    job.batch_id = "01890a5d-ac96-774b-bcce-b302099a8057";
    job.webhook = "2 http://a/?x='1'";
    job.attribution = "key\nteam='a'";
    job.expires_at = absl::FromUnixMicros(1'800'000'000'123'456);
    job.attempt = 3;
    job.retry_count = 1;
    job.loss_count = 1;
    job.worker_id = "w-1";
    job.gpu_type = "rtx4000";
    job.gpu_count = 2;
    job.cold_start = absl::Microseconds(1'234'567);
    job.first_started_at = job.queued_at + absl::Microseconds(1);
    job.started_at = job.queued_at + absl::Microseconds(2);
    job.completed_at = job.queued_at + absl::Microseconds(9);
    job.gpu_time_us = 14;
    job.gpu_memory_peak_mib = 20'480;
    job.output = R"({"a": "\"\\,{}é"})";
    job.progress = "[1]";
    job.progress_sequence = 6;
    job.version = 7;
    record.chunks = {
        {1, R"("a,b")"}, {1, R"({"c":"\\"})"}, {2, "NULL"}, {12, "null"}, {12, "\"\""}};
    record.chunk_count = 12;
    return record;
  }

  absl::StatusOr<JobRecord> Get(const std::string& id) {
    return backend_.history().Get(id, project_);
  }

  void Save(const std::vector<JobRecord>& records) {
    const absl::Status status = backend_.history().Save(records);
    ASSERT_TRUE(status.ok()) << status;
  }

  JobTally Count(int limit) { return backend_.counter().Count(endpoint_, limit).value(); }

  std::vector<std::string> List(JobFilter filter) {
    filter.project_id = project_;
    std::vector<std::string> ids;
    const std::vector<Job> jobs = backend_.history().List(filter).value();
    for (const Job& job : jobs) {
      EXPECT_EQ(job.input, std::nullopt);
      EXPECT_EQ(job.output, std::nullopt);
      ids.push_back(job.id);
    }
    return ids;
  }

  Backend backend_;
  const std::string endpoint_ = NewId();
  const std::string project_ = NewId();
};
TYPED_TEST_SUITE_P(JobHistoryContract);

TYPED_TEST_P(JobHistoryContract, AJobComesBackAsItWasSaved) {
  JobRecord saved = this->Completed(this->Queued());
  saved.job.input = R"([ 1,"x" ])";
  saved.job.error = "tab\there";
  saved.job.cause = FailureCause::kTimeout;
  this->Save({saved});
  const JobRecord got = this->Get(saved.job.id).value();
  const Job& job = got.job;
  EXPECT_EQ(job.endpoint_id, saved.job.endpoint_id);
  EXPECT_EQ(job.project_id, saved.job.project_id);
  EXPECT_EQ(job.status, saved.job.status);
  EXPECT_EQ(job.priority, saved.job.priority);
  EXPECT_EQ(job.affinity, saved.job.affinity);
  EXPECT_EQ(job.timeout, saved.job.timeout);
  EXPECT_EQ(job.retry, saved.job.retry);
  EXPECT_EQ(job.concurrency_key, saved.job.concurrency_key);
  EXPECT_EQ(job.depends_on, saved.job.depends_on);
  EXPECT_EQ(job.on_parent_failure, saved.job.on_parent_failure);
  EXPECT_EQ(job.refers_to_outputs, saved.job.refers_to_outputs);
  EXPECT_EQ(job.batch_id, saved.job.batch_id);
  EXPECT_EQ(job.webhook, saved.job.webhook);
  EXPECT_EQ(job.not_before, saved.job.not_before);
  EXPECT_EQ(job.expires_at, saved.job.expires_at);
  EXPECT_EQ(job.attempt, saved.job.attempt);
  EXPECT_EQ(job.retry_count, saved.job.retry_count);
  EXPECT_EQ(job.loss_count, saved.job.loss_count);
  EXPECT_EQ(job.worker_id, saved.job.worker_id);
  EXPECT_EQ(job.gpu_type, saved.job.gpu_type);
  EXPECT_EQ(job.gpu_count, saved.job.gpu_count);
  EXPECT_EQ(job.cold_start, saved.job.cold_start);
  EXPECT_EQ(job.queued_at, saved.job.queued_at);
  EXPECT_EQ(job.first_started_at, saved.job.first_started_at);
  EXPECT_EQ(job.started_at, saved.job.started_at);
  EXPECT_EQ(job.completed_at, saved.job.completed_at);
  EXPECT_EQ(job.gpu_time_us, saved.job.gpu_time_us);
  EXPECT_EQ(job.gpu_memory_peak_mib, saved.job.gpu_memory_peak_mib);
  EXPECT_EQ(job.input, saved.job.input);
  EXPECT_EQ(job.output, saved.job.output);
  EXPECT_EQ(job.error, saved.job.error);
  EXPECT_EQ(job.cause, saved.job.cause);
  EXPECT_EQ(job.progress, saved.job.progress);
  EXPECT_EQ(job.progress_sequence, saved.job.progress_sequence);
  EXPECT_EQ(job.version, saved.job.version);
  EXPECT_EQ(got.chunks, saved.chunks);
  EXPECT_EQ(got.chunk_count, saved.chunk_count);
}

TYPED_TEST_P(JobHistoryContract, WhatIsAbsentStaysAbsent) {
  JobRecord saved = this->Queued();
  saved.job.input_stored = true;
  this->Save({saved});
  const JobRecord got = this->Get(saved.job.id).value();
  EXPECT_EQ(got.job.input, std::nullopt);
  EXPECT_EQ(got.job.output, std::nullopt);
  EXPECT_EQ(got.job.batch_id, "");
  EXPECT_EQ(got.job.started_at, std::nullopt);
  EXPECT_EQ(got.job.completed_at, std::nullopt);
  EXPECT_TRUE(got.job.input_stored);
  EXPECT_FALSE(got.job.output_stored);
  EXPECT_TRUE(got.chunks.empty());
}

TYPED_TEST_P(JobHistoryContract, OnlyANewerVersionChangesAJob) {
  JobRecord queued = this->Queued();
  queued.job.input = "1";
  const JobRecord completed = this->Completed(queued);
  this->Save({queued});
  this->Save({completed});
  this->Save({queued});
  EXPECT_EQ(this->Get(queued.job.id)->job.status, JobStatus::kCompleted);
  JobRecord same = completed;
  same.job.output = "other";
  this->Save({same});
  EXPECT_EQ(this->Get(queued.job.id)->job.output, completed.job.output);
}

TYPED_TEST_P(JobHistoryContract, AnInputThatLeftTheQueueIsKept) {
  JobRecord queued = this->Queued();
  queued.job.input = "1";
  this->Save({queued});
  JobRecord completed = this->Completed(queued);
  completed.job.input.reset();
  this->Save({completed});
  EXPECT_EQ(this->Get(queued.job.id)->job.input, "1");
}

TYPED_TEST_P(JobHistoryContract, AnotherProjectsJobIsNotFound) {
  const JobRecord saved = this->Queued();
  this->Save({saved});
  EXPECT_TRUE(absl::IsNotFound(this->backend_.history().Get(saved.job.id, NewId()).status()));
  EXPECT_TRUE(absl::IsNotFound(this->Get(NewJobId(this->endpoint_)).status()));
  EXPECT_TRUE(this->backend_.history().List({.project_id = NewId()})->empty());
}

TYPED_TEST_P(JobHistoryContract, ListsByFallingIdWithinTheFilter) {
  const JobRecord a = this->Queued();
  const JobRecord b = this->Completed(this->Queued());
  JobRecord c = this->Queued();
  const std::string other = NewId();
  c.job.endpoint_id = other;
  this->Save({b, a, c});
  this->Save({});
  using Ids = std::vector<std::string>;
  EXPECT_EQ(this->List({}), (Ids{c.job.id, b.job.id, a.job.id}));
  EXPECT_EQ(this->List({.limit = 2}), (Ids{c.job.id, b.job.id}));
  EXPECT_EQ(this->List({.before_id = b.job.id}), Ids{a.job.id});
  EXPECT_EQ(this->List({.endpoint_id = this->endpoint_}), (Ids{b.job.id, a.job.id}));
  EXPECT_EQ(this->List({.endpoint_id = other}), Ids{c.job.id});
  EXPECT_EQ(this->List({.batch_id = b.job.batch_id}), Ids{b.job.id});
  EXPECT_TRUE(this->List({.batch_id = NewId()}).empty());
  EXPECT_EQ(this->List({.status = JobStatus::kInQueue}), (Ids{c.job.id, a.job.id}));
  EXPECT_EQ(this->List({.status = JobStatus::kInQueue, .before_id = c.job.id}), Ids{a.job.id});
}

TYPED_TEST_P(JobHistoryContract, CountsTheLatestJobsOfAnEndpoint) {
  EXPECT_EQ(this->Count(10), JobTally());
  JobRecord failed = this->Completed(this->Queued());
  failed.job.status = JobStatus::kFailed;
  failed.job.retry_count = 2;
  JobRecord timed_out = this->Completed(this->Queued());
  timed_out.job.status = JobStatus::kTimedOut;
  timed_out.job.retry_count = 0;
  JobRecord completed = this->Completed(this->Queued());
  completed.job.retry_count = 0;
  JobRecord foreign = this->Completed(this->Queued());
  foreign.job.endpoint_id = NewId();
  this->Save({failed, timed_out, completed, this->Queued(), foreign});
  EXPECT_EQ(this->Count(10), (JobTally{.completed = 1, .failed = 2, .retried = 1}));
  EXPECT_EQ(this->Count(3), (JobTally{.completed = 1, .failed = 1}));
}

REGISTER_TYPED_TEST_SUITE_P(JobHistoryContract, AJobComesBackAsItWasSaved, WhatIsAbsentStaysAbsent,
                            OnlyANewerVersionChangesAJob, AnInputThatLeftTheQueueIsKept,
                            AnotherProjectsJobIsNotFound, ListsByFallingIdWithinTheFilter,
                            CountsTheLatestJobsOfAnEndpoint);

/// `Backend` offers payloads(). Tests do not share jobs.
template <typename Backend>
class PayloadStoreContract : public testing::Test {
 protected:
  PayloadStore& payloads() { return backend_.payloads(); }

  Backend backend_;
  const std::string job_ = NewId();
};
TYPED_TEST_SUITE_P(PayloadStoreContract);

TYPED_TEST_P(PayloadStoreContract, InputsAndOutputsComeBackByteForByte) {
  const std::string body = "[ \"\\\"\\\\,{}\", null,\n 1 ]" + std::string(100'000, ' ');
  const std::string other = NewId();
  ASSERT_TRUE(
      this->payloads()
          .SaveInputs({{.job_id = this->job_, .body = body}, {.job_id = other, .body = "NULL"}})
          .ok());
  ASSERT_TRUE(this->payloads().SaveOutput({.job_id = this->job_, .epoch = 1}, "{}").ok());
  EXPECT_EQ(this->payloads().LoadInput(this->job_).value(), body);
  EXPECT_EQ(this->payloads().LoadInput(other).value(), "NULL");
  EXPECT_EQ(this->payloads().LoadOutput({.job_id = this->job_, .epoch = 1}).value(), "{}");
}

TYPED_TEST_P(PayloadStoreContract, EachAttemptHasItsOwnOutput) {
  ASSERT_TRUE(this->payloads().SaveOutput({.job_id = this->job_, .epoch = 1}, "1").ok());
  ASSERT_TRUE(this->payloads().SaveOutput({.job_id = this->job_, .epoch = 2}, "2").ok());
  EXPECT_EQ(this->payloads().LoadOutput({.job_id = this->job_, .epoch = 1}).value(), "1");
  EXPECT_EQ(this->payloads().LoadOutput({.job_id = this->job_, .epoch = 2}).value(), "2");
}

TYPED_TEST_P(PayloadStoreContract, ARepeatedSaveChangesNothing) {
  const LeaseId lease{.job_id = this->job_, .epoch = 1};
  ASSERT_TRUE(this->payloads().SaveOutput(lease, "1").ok());
  ASSERT_TRUE(this->payloads().SaveOutput(lease, "2").ok());
  EXPECT_EQ(this->payloads().LoadOutput(lease).value(), "1");
}

TYPED_TEST_P(PayloadStoreContract, WhatWasNeverSavedIsNotFound) {
  ASSERT_TRUE(this->payloads().SaveInputs({{.job_id = this->job_, .body = "1"}}).ok());
  EXPECT_TRUE(
      absl::IsNotFound(this->payloads().LoadOutput({.job_id = this->job_, .epoch = 1}).status()));
  EXPECT_TRUE(absl::IsNotFound(this->payloads().LoadInput(NewId()).status()));
}

TYPED_TEST_P(PayloadStoreContract, OnlyInputsOfTheJobsNamedAreDropped) {
  const std::string other = NewId();
  ASSERT_TRUE(this->payloads()
                  .SaveInputs({{.job_id = this->job_, .body = "1"}, {.job_id = other, .body = "2"}})
                  .ok());
  ASSERT_TRUE(this->payloads().SaveOutput({.job_id = this->job_, .epoch = 1}, "3").ok());
  EXPECT_TRUE(this->payloads().DeleteInputs({this->job_, NewId()}).ok());
  EXPECT_TRUE(absl::IsNotFound(this->payloads().LoadInput(this->job_).status()));
  EXPECT_TRUE(this->payloads().LoadInput(other).ok());
  EXPECT_TRUE(this->payloads().LoadOutput({.job_id = this->job_, .epoch = 1}).ok());
}

REGISTER_TYPED_TEST_SUITE_P(PayloadStoreContract, InputsAndOutputsComeBackByteForByte,
                            EachAttemptHasItsOwnOutput, ARepeatedSaveChangesNothing,
                            WhatWasNeverSavedIsNotFound, OnlyInputsOfTheJobsNamedAreDropped);

}  // namespace furnace::scheduler

// What every AttemptHistory and ExpiredJobs with their stores must do.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "services/scheduler/app/batch_ports.h"
#include "services/scheduler/app/result_ports.h"
#include "tests/support/scheduler/samples.h"

namespace furnace::scheduler {

/// `Backend` offers history(), payloads(), attempts(), batches() and expired() over the same
/// jobs.
template <typename Backend>
class ResultContract : public testing::Test {
 protected:
  // A job that ended and is kept until `kept` from now.
  JobRecord Ended(absl::Duration kept, const std::string& batch_id = {}) {
    JobRecord record = Unfinished();
    record.job.status = JobStatus::kCompleted;
    record.job.completed_at = record.job.queued_at;
    record.job.output = "1";
    record.job.batch_id = batch_id;
    record.kept_until = absl::Now() + kept;
    return record;
  }

  JobRecord Unfinished() {
    JobRecord record;
    record.job.endpoint_id = endpoint_;
    record.job.project_id = project_;
    record.job.id = NewJobId(endpoint_);
    record.job.affinity = "*";
    record.job.queued_at = absl::FromUnixMicros(1'700'000'000'123'456);
    record.job.version = 2;
    return record;
  }

  void Save(const std::vector<JobRecord>& records) {
    const absl::Status status = backend_.history().Save(records);
    ASSERT_TRUE(status.ok()) << status;
  }

  bool IsFound(const JobRecord& record) {
    const auto found = backend_.history().Get(record.job.id, project_);
    return found.ok() && !found->is_past;
  }

  bool IsListed(const JobRecord& record) {
    const std::vector<std::string> ids =
        backend_.expired().List({.numbers = {0}, .of = 1}, 1000).value();
    return std::find(ids.begin(), ids.end(), record.job.id) != ids.end();
  }

  bool IsListed(const Batch& batch) {
    const std::vector<ExpiredBatch> batches =
        backend_.expired().ListBatches({.numbers = {0}, .of = 1}, 1000).value();
    return std::any_of(batches.begin(), batches.end(),
                       [&](const ExpiredBatch& each) { return each.id == batch.id; });
  }

  Batch AddBatch(const std::vector<JobRecord>& jobs) {
    Batch batch;
    batch.id = jobs[0].job.batch_id;
    batch.endpoint_id = endpoint_;
    batch.project_id = project_;
    batch.created_at = absl::FromUnixSeconds(1'700'000'000);
    std::vector<std::string> ids;
    for (const JobRecord& record : jobs) ids.push_back(record.job.id);
    EXPECT_TRUE(backend_.batches().Add(batch, ids).ok());
    return batch;
  }

  AttemptEnd AnEnd(int epoch, FailureCause cause) {
    return {.lease = {.job_id = job_, .epoch = epoch},
            .project_id = project_,
            .endpoint_id = endpoint_,
            .worker = {.worker_id = "w-1", .gpu_type = "rtx4000", .gpu_count = 2, .cold_start = {}},
            .start = absl::FromUnixMicros(1'700'000'000'000'001),
            .end = absl::FromUnixMicros(1'700'000'000'000'004),
            .cause = cause,
            .error = R"(a "b", {c\} é)"};
  }

  Backend backend_;
  const std::string endpoint_ = NewId();
  const std::string project_ = NewId();
  const std::string job_ = NewJobId(endpoint_);
};
TYPED_TEST_SUITE_P(ResultContract);

TYPED_TEST_P(ResultContract, SlicesOfLifetimesMayBeSavedAgain) {
  AttemptHistory& attempts = this->backend_.attempts();
  WorkerSlice first{.life_id = NewId(),
                    .project_id = this->project_,
                    .endpoint_id = this->endpoint_,
                    .worker = AWorker(R"(a "b", {c\})"),
                    .slice = {.number = 1,
                              .start = absl::FromUnixMicros(1'700'000'000'000'001),
                              .end = absl::FromUnixMicros(1'700'000'000'000'004)}};
  WorkerSlice second = first;
  second.slice.number = 2;
  ASSERT_TRUE(attempts.SaveSlices({first}).ok());
  ASSERT_TRUE(attempts.SaveSlices({first, second}).ok());
  ASSERT_TRUE(attempts.SaveSlices({}).ok());
}

TYPED_TEST_P(ResultContract, AttemptsComeBackOnceAsTheyWereFirstSaved) {
  AttemptHistory& attempts = this->backend_.attempts();
  const AttemptEnd failed = this->AnEnd(1, FailureCause::kHandlerError);
  const AttemptEnd lost = this->AnEnd(2, FailureCause::kWorkerLost);
  ASSERT_TRUE(attempts.Save({failed, lost}).ok());
  ASSERT_TRUE(attempts.Save({this->AnEnd(1, FailureCause::kTimeout)}).ok());
  ASSERT_TRUE(attempts.Save({}).ok());
  const Attempt first{.number = 1,
                      .worker_id = "w-1",
                      .gpu_type = "rtx4000",
                      .started_at = failed.start,
                      .ended_at = failed.end,
                      .cause = FailureCause::kHandlerError,
                      .error = failed.error,
                      .gpu_time_us = 6};
  Attempt second = first;
  second.number = 2;
  second.cause = FailureCause::kWorkerLost;
  second.gpu_time_us = 0;
  EXPECT_THAT(attempts.Of(this->job_).value(), testing::UnorderedElementsAre(first, second));
  EXPECT_TRUE(attempts.Of(NewJobId(this->endpoint_))->empty());
}

TYPED_TEST_P(ResultContract, OfManyAttemptsTheLastAreGiven) {
  std::vector<AttemptEnd> ends;
  for (int i = 1; i <= 105; ++i) ends.push_back(this->AnEnd(i, FailureCause::kTimeout));
  ASSERT_TRUE(this->backend_.attempts().Save(ends).ok());
  const std::vector<Attempt> attempts = this->backend_.attempts().Of(this->job_).value();
  ASSERT_EQ(attempts.size(), kMaxAttempts);
  for (const Attempt& attempt : attempts) EXPECT_GT(attempt.number, 5);
}

TYPED_TEST_P(ResultContract, AJobPastItsTimeSaysSoAndIsNotListed) {
  const JobRecord past = this->Ended(-absl::Seconds(30));
  const JobRecord kept = this->Ended(absl::Hours(1));
  this->Save({past, kept});
  EXPECT_FALSE(this->IsFound(past));
  EXPECT_TRUE(this->IsFound(kept));
  JobFilter filter;
  filter.project_id = this->project_;
  const std::vector<Job> listed = this->backend_.history().List(filter).value();
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].id, kept.job.id);
}

TYPED_TEST_P(ResultContract, TheTimeMayFollowTheJobAndIsNotChangedByItsRepetition) {
  JobRecord job = this->Ended(absl::Hours(1));
  const auto kept_until = std::exchange(job.kept_until, std::nullopt);
  this->Save({job});
  job.kept_until = kept_until;
  this->Save({job});
  EXPECT_TRUE(this->IsFound(job));
  job.kept_until = absl::Now() - absl::Hours(1);
  this->Save({job});
  EXPECT_TRUE(this->IsFound(job));
}

TYPED_TEST_P(ResultContract, AJobIsDeletedWithAllThatBelongsToItAMinuteAfterItsTime) {
  const JobRecord due = this->Ended(-absl::Minutes(2));
  const JobRecord recent = this->Ended(-absl::Seconds(30));
  const JobRecord kept = this->Ended(absl::Hours(1));
  const JobRecord unfinished = this->Unfinished();
  this->Save({due, recent, kept, unfinished});
  const LeaseId lease{.job_id = due.job.id, .epoch = 1};
  ASSERT_TRUE(this->backend_.payloads().SaveOutput(lease, "[1]").ok());
  AttemptEnd end = this->AnEnd(1, FailureCause::kTimeout);
  end.lease.job_id = due.job.id;
  ASSERT_TRUE(this->backend_.attempts().Save({end}).ok());
  EXPECT_TRUE(this->IsListed(due));
  for (const JobRecord& other : {recent, kept, unfinished}) EXPECT_FALSE(this->IsListed(other));
  ExpiredJobs& expired = this->backend_.expired();
  EXPECT_EQ(
      expired.Delete({due.job.id, recent.job.id, kept.job.id, unfinished.job.id, NewId()}).value(),
      1);
  EXPECT_FALSE(this->IsListed(due));
  EXPECT_TRUE(absl::IsNotFound(this->backend_.payloads().LoadOutput(lease).status()));
  EXPECT_TRUE(this->backend_.attempts().Of(due.job.id)->empty());
  EXPECT_TRUE(this->IsFound(kept));
  EXPECT_TRUE(this->IsFound(unfinished));
}

TYPED_TEST_P(ResultContract, AParentIsKeptUntilItsChildrenHaveEnded) {
  const JobRecord parent = this->Ended(-absl::Minutes(2));
  JobRecord child = this->Unfinished();
  child.job.status = JobStatus::kWaiting;
  child.job.depends_on = {NewJobId(this->endpoint_), parent.job.id};
  this->Save({parent, child});
  EXPECT_FALSE(this->IsListed(parent));
  child.job.status = JobStatus::kFailed;
  child.job.completed_at = child.job.queued_at;
  child.job.version += 1;
  this->Save({child});
  EXPECT_TRUE(this->IsListed(parent));
}

TYPED_TEST_P(ResultContract, ABatchGoesAsAWholeAndBeforeItsJobs) {
  const std::string id = NewId();
  const JobRecord first = this->Ended(-absl::Minutes(2), id);
  JobRecord second = this->Ended(-absl::Minutes(2), id);
  const Batch batch = this->AddBatch({first, second});
  this->Save({first});
  EXPECT_FALSE(this->IsListed(batch)) << "a job of it is not in history yet";
  const auto kept_until = second.kept_until;
  second.kept_until = absl::Now() + absl::Hours(1);
  this->Save({second});
  EXPECT_FALSE(this->IsListed(batch));
  EXPECT_FALSE(this->IsListed(first));
  second.kept_until = kept_until;
  second.job.version += 1;
  this->Save({second});
  EXPECT_TRUE(this->IsListed(batch));
  EXPECT_FALSE(this->IsListed(first));
  ASSERT_TRUE(this->backend_.expired().DeleteBatches({id}).ok());
  EXPECT_FALSE(this->IsListed(batch));
  EXPECT_TRUE(this->IsListed(first));
  EXPECT_TRUE(this->IsListed(second));
}

REGISTER_TYPED_TEST_SUITE_P(ResultContract, SlicesOfLifetimesMayBeSavedAgain,
                            AttemptsComeBackOnceAsTheyWereFirstSaved, OfManyAttemptsTheLastAreGiven,
                            AJobPastItsTimeSaysSoAndIsNotListed,
                            TheTimeMayFollowTheJobAndIsNotChangedByItsRepetition,
                            AJobIsDeletedWithAllThatBelongsToItAMinuteAfterItsTime,
                            AParentIsKeptUntilItsChildrenHaveEnded,
                            ABatchGoesAsAWholeAndBeforeItsJobs);

}  // namespace furnace::scheduler

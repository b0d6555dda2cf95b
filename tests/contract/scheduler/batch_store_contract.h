// What every BatchStore must do. Instantiated for the fake and for PostgreSQL.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "services/scheduler/app/batch_ports.h"
#include "services/scheduler/app/ports.h"
#include "tests/support/scheduler/samples.h"

namespace furnace::scheduler {

/// `Backend` offers history() and batches(). Tests do not share projects.
template <typename Backend>
class BatchStoreContract : public testing::Test {
 protected:
  using Ids = std::vector<std::string>;

  BatchStore& batches() { return backend_.batches(); }

  Batch Add(int jobs, absl::Time created_at = Created()) {
    Batch batch;
    batch.id = NewJobId(endpoint_);
    batch.endpoint_id = endpoint_;
    batch.project_id = project_;
    batch.options = {.name = "night's \"run\"", .one_worker = true, .webhook_url = webhook_url_};
    batch.created_at = created_at;
    ids_.clear();
    for (int i = 0; i < jobs; ++i) ids_.push_back(NewJobId(endpoint_));
    EXPECT_TRUE(batches().Add(batch, ids_).ok());
    return batch;
  }

  // Far from now, so that other tests' batches are not old at that time.
  static absl::Time Created() { return absl::FromUnixMicros(1'800'000'000'123'456); }

  void Save(const Batch& batch, const std::string& id, JobStatus status,
            FailureCause cause = FailureCause::kNone) {
    JobRecord record;
    Job& job = record.job;
    job.id = id;
    job.endpoint_id = endpoint_;
    job.project_id = project_;
    job.batch_id = batch.id;
    job.affinity = "*";
    job.status = status;
    job.cause = cause;
    job.error = IsFinal(status) && status != JobStatus::kCompleted ? "why " + id : "";
    job.queued_at = Created();
    job.version = static_cast<int>(status);
    job.gpu_time_us = 5;
    const auto index = absl::Seconds(std::find(ids_.begin(), ids_.end(), id) - ids_.begin());
    if (status >= JobStatus::kInProgress) job.first_started_at = Created() + index;
    if (IsFinal(status)) job.completed_at = Created() + absl::Minutes(1) + index;
    const absl::Status saved = backend_.history().Save({record});
    ASSERT_TRUE(saved.ok()) << saved;
  }

  Ids List(BatchFilter filter) {
    filter.project_id = project_;
    Ids ids;
    const std::vector<Batch> listed = batches().List(filter).value();
    for (const Batch& batch : listed) ids.push_back(batch.id);
    return ids;
  }

  Backend backend_;
  const std::string endpoint_ = NewId();
  const std::string project_ = NewId();
  std::string webhook_url_ = "http://a/?x='1'";
  Ids ids_;  // Of the jobs of the batch added last.
};
TYPED_TEST_SUITE_P(BatchStoreContract);

TYPED_TEST_P(BatchStoreContract, ABatchComesBackAsItWasAdded) {
  const Batch added = this->Add(3);
  const Batch got = this->batches().Get(added.id, this->project_).value();
  EXPECT_EQ(got.id, added.id);
  EXPECT_EQ(got.endpoint_id, this->endpoint_);
  EXPECT_EQ(got.project_id, this->project_);
  EXPECT_EQ(got.options.name, added.options.name);
  EXPECT_TRUE(got.options.one_worker);
  EXPECT_EQ(got.options.webhook_url, this->webhook_url_);
  EXPECT_EQ(got.created_at, added.created_at);
  EXPECT_EQ(got.counts, BatchCounts{.waiting = 3});
  EXPECT_EQ(got.started_at, std::nullopt);
  EXPECT_EQ(got.ended_at, std::nullopt);
  EXPECT_EQ(got.version, 0);
  EXPECT_EQ(*this->batches().JobIds(added.id, this->project_), this->ids_);
}

TYPED_TEST_P(BatchStoreContract, CountsItsJobsByState) {
  const Batch batch = this->Add(9);
  const auto& ids = this->ids_;
  this->Save(batch, ids[1], JobStatus::kDelayed);
  this->Save(batch, ids[2], JobStatus::kInQueue);
  this->Save(batch, ids[3], JobStatus::kInProgress);
  this->Save(batch, ids[4], JobStatus::kCompleted);
  this->Save(batch, ids[5], JobStatus::kFailed, FailureCause::kTimeout);
  this->Save(batch, ids[6], JobStatus::kTimedOut);
  this->Save(batch, ids[7], JobStatus::kCancelled);
  this->Save(batch, ids[8], JobStatus::kCompleted);
  const Batch got = this->batches().Get(batch.id, this->project_).value();
  EXPECT_EQ(got.counts, (BatchCounts{.waiting = 3,
                                     .in_progress = 1,
                                     .completed = 2,
                                     .failed = 1,
                                     .timed_out = 1,
                                     .cancelled = 1}));
  EXPECT_EQ(got.started_at, this->Created() + absl::Seconds(3));
  EXPECT_EQ(got.ended_at, this->Created() + absl::Minutes(1) + absl::Seconds(8));
  EXPECT_EQ(got.gpu_time_us, 8 * 5);
  EXPECT_EQ(got.version, 2 + 3 + 4 + 5 + 6 + 7 + 8 + 5);
}

TYPED_TEST_P(BatchStoreContract, ListsByFallingIdWithinTheFilter) {
  const Batch a = this->Add(1);
  const Batch b = this->Add(1);
  const Batch c = this->Add(1);
  EXPECT_EQ(this->List({}), (std::vector{c.id, b.id, a.id}));
  EXPECT_EQ(this->List({.limit = 2}), (std::vector{c.id, b.id}));
  EXPECT_EQ(this->List({.before_id = b.id}), std::vector{a.id});
  EXPECT_EQ(this->List({.endpoint_id = this->endpoint_}).size(), 3U);
  EXPECT_TRUE(this->List({.endpoint_id = NewId()}).empty());
  EXPECT_TRUE(this->batches().Remove(b.id).ok());
  EXPECT_TRUE(this->batches().Remove(b.id).ok());
  EXPECT_EQ(this->List({}), (std::vector{c.id, a.id}));
}

TYPED_TEST_P(BatchStoreContract, TellsFailuresInTheOrderOfTheBatchAndByKind) {
  const Batch batch = this->Add(6);
  const auto& ids = this->ids_;
  this->Save(batch, ids[5], JobStatus::kFailed, FailureCause::kHandlerError);
  this->Save(batch, ids[4], JobStatus::kCompleted);
  this->Save(batch, ids[3], JobStatus::kCancelled);
  this->Save(batch, ids[1], JobStatus::kFailed, FailureCause::kHandlerError);
  this->Save(batch, ids[0], JobStatus::kFailed, FailureCause::kTimeout);
  const auto groups = this->batches().FailureGroups(batch.id, this->project_).value();
  EXPECT_EQ(groups, (std::vector<FailureGroup>{{JobStatus::kFailed, FailureCause::kHandlerError, 2},
                                               {JobStatus::kFailed, FailureCause::kTimeout, 1},
                                               {JobStatus::kCancelled, FailureCause::kNone, 1}}));
  const auto page = [&](int after, int limit) {
    std::vector<int> indexes;
    const std::vector<FailedJob> failures = this->batches()
                                                .Failures({.batch_id = batch.id,
                                                           .project_id = this->project_,
                                                           .after_index = after,
                                                           .limit = limit})
                                                .value();
    for (const FailedJob& failed : failures) {
      const auto index = static_cast<std::size_t>(failed.index);
      EXPECT_EQ(failed.job.id, ids[index]);
      EXPECT_EQ(failed.job.error, "why " + ids[index]);
      EXPECT_EQ(failed.job.batch_id, batch.id);
      indexes.push_back(failed.index);
    }
    return indexes;
  };
  EXPECT_EQ(page(-1, 100), (std::vector{0, 1, 3, 5}));
  EXPECT_EQ(page(-1, 2), (std::vector{0, 1}));
  EXPECT_EQ(page(1, 2), (std::vector{3, 5}));
  EXPECT_EQ(page(5, 2), std::vector<int>());
}

TYPED_TEST_P(BatchStoreContract, FindsThoseThatAreDoneAndHaveAWebhook) {
  const Batch done = this->Add(2);
  this->Save(done, this->ids_[0], JobStatus::kFailed);
  const auto found = [&](const Batch& batch) {
    return this->batches().DoneWithWebhook({batch.id, NewId()}).value();
  };
  EXPECT_TRUE(found(done).empty());
  this->Save(done, this->ids_[1], JobStatus::kCompleted);
  ASSERT_EQ(found(done).size(), 1U);
  EXPECT_EQ(found(done)[0].id, done.id);
  EXPECT_EQ(found(done)[0].counts.failed, 1);
  this->webhook_url_.clear();
  const Batch silent = this->Add(1);
  this->Save(silent, this->ids_[0], JobStatus::kCompleted);
  EXPECT_TRUE(found(silent).empty());
}

TYPED_TEST_P(BatchStoreContract, AnotherProjectsBatchIsNotFound) {
  const Batch batch = this->Add(1);
  this->Save(batch, this->ids_[0], JobStatus::kFailed);
  const std::string other = NewId();
  EXPECT_TRUE(absl::IsNotFound(this->batches().Get(batch.id, other).status()));
  EXPECT_TRUE(absl::IsNotFound(this->batches().JobIds(batch.id, other).status()));
  EXPECT_TRUE(absl::IsNotFound(this->batches().Get(NewId(), this->project_).status()));
  EXPECT_TRUE(this->batches().List({.project_id = other})->empty());
  EXPECT_TRUE(this->batches().FailureGroups(batch.id, other)->empty());
  EXPECT_TRUE(this->batches().Failures({.batch_id = batch.id, .project_id = other})->empty());
}

TYPED_TEST_P(BatchStoreContract, FindsOldBatchesOfWhoseJobsNoneIsKnown) {
  const absl::Time time = absl::FromUnixSeconds(1'000'000'000);
  const Batch known = this->Add(1, time);
  this->Save(known, this->ids_[0], JobStatus::kInQueue);
  const Batch recent = this->Add(1, time + absl::Seconds(1));
  const Batch empty = this->Add(2, time);
  const auto found = this->batches().WithoutJobs(time, 1000).value();
  std::vector<std::string> ids;
  for (const EmptyBatch& batch : found) {
    if (batch.project_id == this->project_) ids.push_back(batch.id);
    if (batch.id == empty.id) {
      EXPECT_EQ(batch.first_job_id, this->ids_[0]);
    }
  }
  EXPECT_EQ(ids, std::vector{empty.id});
}

REGISTER_TYPED_TEST_SUITE_P(BatchStoreContract, ABatchComesBackAsItWasAdded, CountsItsJobsByState,
                            ListsByFallingIdWithinTheFilter,
                            TellsFailuresInTheOrderOfTheBatchAndByKind,
                            AnotherProjectsBatchIsNotFound, FindsThoseThatAreDoneAndHaveAWebhook,
                            FindsOldBatchesOfWhoseJobsNoneIsKnown);

}  // namespace furnace::scheduler

// What a JobQueue must do with batches. Instantiated for the fake and for Redis.
#pragma once

#include <tuple>

#include "services/scheduler/domain/batch.h"
#include "tests/contract/scheduler/job_queue_fixture.h"

namespace furnace::scheduler {

template <typename Backend>
class BatchQueueContract : public JobQueueContract<Backend> {
 protected:
  using Ids = std::vector<std::string>;

  // A batch whose jobs keep to one worker; their ids.
  Ids SubmitSession(int jobs) {
    Submission submission = this->Jobs(jobs);
    submission.batch_id = NewJobId(this->endpoint_);
    Ids ids;
    for (auto& item : submission.items) {
      item.concurrency_key = OneWorkerKey(submission.batch_id);
      ids.push_back(item.id);
    }
    this->Submit(std::move(submission));
    return ids;
  }

  // What a claim gives to each of two workers that have room for `jobs` each.
  std::pair<Ids, Ids> ClaimByTwo(int jobs = 1) {
    std::pair<Ids, Ids> claimed;
    for (const ClaimedJob& job : this->Claim({{.worker = AWorker("w-1"), .jobs = jobs},
                                              {.worker = AWorker("w-2"), .jobs = jobs}})) {
      epochs_[job.lease.job_id] = job.lease.epoch;
      (job.worker_id == "w-1" ? claimed.first : claimed.second).push_back(job.lease.job_id);
    }
    return claimed;
  }

  void End(const std::string& id, const Outcome& outcome) {
    this->Settle({.job_id = id, .epoch = epochs_[id]}, outcome);
  }

  // Lets `worker` take the first job of a batch.
  std::string StartOn(const std::string& worker) {
    const auto claimed = this->Claim({{.worker = AWorker(worker), .jobs = 1}});
    epochs_[claimed.at(0).lease.job_id] = claimed.at(0).lease.epoch;
    return claimed.at(0).lease.job_id;
  }

  std::map<std::string, int> epochs_;
};
TYPED_TEST_SUITE_P(BatchQueueContract);

TYPED_TEST_P(BatchQueueContract, AJobKnowsItsBatchWhereverItGoes) {
  Submission submission = this->Jobs(1);
  submission.batch_id = NewJobId(this->endpoint_);
  const std::string batch_id = submission.batch_id;
  const std::string id = submission.items[0].id;
  this->Submit(std::move(submission));
  EXPECT_EQ(this->Get(id).batch_id, batch_id);
  EXPECT_EQ(this->log().ReadJobs(this->shard(), {id})->at(0).job.batch_id, batch_id);
  EXPECT_EQ(this->Get(this->SubmitOne()).batch_id, "");
}

TYPED_TEST_P(BatchQueueContract, JobsOfABatchOnOneWorkerRunThereOneAfterAnother) {
  const auto ids = this->SubmitSession(4);
  const std::string other = this->SubmitOne();
  auto [first, second] = this->ClaimByTwo(/*jobs=*/3);
  EXPECT_EQ(first, (std::vector{ids[0], other}));
  EXPECT_TRUE(second.empty());
  for (std::size_t i = 1; i < ids.size(); ++i) {
    this->End(ids[i - 1], i == 2 ? this->Failure(FailureCause::kHandlerError) : this->Success());
    // The other worker asks first.
    EXPECT_TRUE(this->Claim({{.worker = AWorker("w-2"), .jobs = 1}}).empty()) << i;
    std::tie(first, second) = this->ClaimByTwo();
    EXPECT_EQ(first, std::vector{ids[i]}) << i;
    EXPECT_TRUE(second.empty()) << i;
  }
}

TYPED_TEST_P(BatchQueueContract, TheWorkerOfABatchTakesItsNextJobBeforeOlderOnes) {
  Submission early = this->Jobs(2);
  const auto ids = this->SubmitSession(2);
  this->StartOn("w-1");
  for (auto& item : early.items) item.priority = 10;
  const std::string before = early.items[0].id;
  this->Submit(std::move(early));
  this->End(ids[0], this->Success());
  const auto [first, second] = this->ClaimByTwo();
  EXPECT_EQ(first, std::vector{ids[1]});
  EXPECT_EQ(second, std::vector{before});
}

TYPED_TEST_P(BatchQueueContract, AnotherWorkerTakesTheRestOverWhenTheFirstIsLost) {
  const auto ids = this->SubmitSession(3);
  this->StartOn("w-1");
  this->End(ids[0], this->Success());
  EXPECT_EQ(this->StartOn("w-1"), ids[1]);
  this->End(ids[1], this->Failure(FailureCause::kWorkerLost));
  EXPECT_EQ(this->StartOn("w-2"), ids[1]);
  this->End(ids[1], this->Success());
  EXPECT_TRUE(this->Claim({{.worker = AWorker("w-1"), .jobs = 1}}).empty());
  EXPECT_EQ(this->StartOn("w-2"), ids[2]);
}

TYPED_TEST_P(BatchQueueContract, AnotherWorkerTakesTheRestOverWhenTheFirstDoesNotComeBack) {
  const auto ids = this->SubmitSession(2);
  this->StartOn("w-1");
  this->End(ids[0], this->Success());
  EXPECT_TRUE(this->Claim({{.worker = AWorker("w-2"), .jobs = 1}}).empty());
  this->PassTime(absl::Seconds(3) + absl::Milliseconds(1));
  EXPECT_EQ(this->StartOn("w-2"), ids[1]);
}

TYPED_TEST_P(BatchQueueContract, ABatchOnOneWorkerCallsForOneWorker) {
  const auto ids = this->SubmitSession(5);
  EXPECT_EQ(this->Survey().queued, 1);
  this->StartOn("w-1");
  EXPECT_EQ(this->Survey().queued, 0);
  EXPECT_EQ(this->Locate(ids[1])->position, 0);
  EXPECT_TRUE(this->Locate(ids[1])->key_busy);
  this->PassTime();
  const absl::Time ended = this->Get(ids[0]).queued_at + absl::Milliseconds(10);
  this->End(ids[0], this->Success());
  EXPECT_EQ(this->Survey().queued, 1);
  const std::optional<QueuePlace> next = this->Locate(ids[1]);
  EXPECT_EQ(next->position, 1);
  EXPECT_FALSE(next->key_busy);
  // What it waited for the jobs before it calls for no other worker.
  EXPECT_LE(this->Survey().oldest_wait, *this->Get(ids[0]).completed_at - ended + absl::Seconds(1));
}

TYPED_TEST_P(BatchQueueContract, TheNextJobMovesUpWhenTheOneInTheQueueIsCancelledOrOver) {
  const auto ids = this->SubmitSession(3);
  this->Cancel(ids[0], this->project_);
  EXPECT_EQ(this->Survey().queued, 1);
  this->Cancel(ids[2], this->project_);
  EXPECT_EQ(this->StartOn("w-2"), ids[1]);
  this->Cancel(ids[1], this->project_);
  EXPECT_EQ(this->Survey().queued, 0);
  EXPECT_TRUE(this->Claim(9).empty());
}

TYPED_TEST_P(BatchQueueContract, JobsOfABatchOnOneWorkerMayAskForDifferentWorkers) {
  Submission submission = this->Jobs(4);
  submission.batch_id = NewJobId(this->endpoint_);
  std::vector<std::string> ids;
  for (auto& item : submission.items) {
    item.concurrency_key = OneWorkerKey(submission.batch_id);
    if (ids.size() % 2 == 1) item.affinity = "*|m=sdxl";
    ids.push_back(item.id);
  }
  this->Submit(std::move(submission));
  for (const std::string& id : ids) {
    EXPECT_EQ(this->StartOn("w-1"), id);
    this->End(id, this->Success());
  }
}

TYPED_TEST_P(BatchQueueContract, ANextJobThatItsWorkerMayNotTakeIsNotKeptForIt) {
  Submission submission = this->Jobs(2);
  submission.batch_id = NewJobId(this->endpoint_);
  std::vector<std::string> ids;
  for (auto& item : submission.items) {
    item.concurrency_key = OneWorkerKey(submission.batch_id);
    if (!ids.empty()) item.affinity = "*|v=80000";
    ids.push_back(item.id);
  }
  this->Submit(std::move(submission));
  EXPECT_EQ(this->StartOn("w-1"), ids[0]);
  this->End(ids[0], this->Success());
  const WorkerRoom small{.worker = AWorker("w-1"), .jobs = 1};
  EXPECT_TRUE(this->Claim({small}).empty());
  const WorkerRoom large{.worker = AWorker("w-2"), .traits = {.vram_mib = 80'000}, .jobs = 1};
  EXPECT_EQ(this->IdsOf(this->Claim({small, large})), (std::vector{ids[1]}));
}

TYPED_TEST_P(BatchQueueContract, ARetryAtOnceStaysOnTheWorker) {
  Submission submission = this->Jobs(2);
  submission.batch_id = NewJobId(this->endpoint_);
  submission.retry.max_retries = 1;
  std::vector<std::string> ids;
  for (auto& item : submission.items) {
    item.concurrency_key = OneWorkerKey(submission.batch_id);
    ids.push_back(item.id);
  }
  this->Submit(std::move(submission));
  this->StartOn("w-1");
  this->End(ids[0], this->Failure(FailureCause::kHandlerError));
  const auto [first, second] = this->ClaimByTwo();
  EXPECT_EQ(first, std::vector{ids[0]});
  EXPECT_TRUE(second.empty());
}

TYPED_TEST_P(BatchQueueContract, APurgeLeavesNothingOfABatchOnOneWorker) {
  this->SubmitSession(50);
  this->StartOn("w-1");
  EXPECT_EQ(this->Purge(100), 49);
  EXPECT_EQ(this->Purge(100), 0);
  this->SubmitSession(50);
  EXPECT_EQ(this->Purge(100), 50);
  EXPECT_EQ(this->Survey().queued, 0);
}

REGISTER_TYPED_TEST_SUITE_P(BatchQueueContract, AJobKnowsItsBatchWhereverItGoes,
                            JobsOfABatchOnOneWorkerRunThereOneAfterAnother,
                            TheWorkerOfABatchTakesItsNextJobBeforeOlderOnes,
                            AnotherWorkerTakesTheRestOverWhenTheFirstIsLost,
                            AnotherWorkerTakesTheRestOverWhenTheFirstDoesNotComeBack,
                            ABatchOnOneWorkerCallsForOneWorker,
                            TheNextJobMovesUpWhenTheOneInTheQueueIsCancelledOrOver,
                            JobsOfABatchOnOneWorkerMayAskForDifferentWorkers,
                            ANextJobThatItsWorkerMayNotTakeIsNotKeptForIt,
                            ARetryAtOnceStaysOnTheWorker, APurgeLeavesNothingOfABatchOnOneWorker);

}  // namespace furnace::scheduler

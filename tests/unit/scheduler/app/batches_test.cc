#include "services/scheduler/app/batches.h"

#include <gtest/gtest.h>

#include "libs/common/base/status.h"
#include "services/scheduler/domain/shard.h"
#include "tests/support/scheduler/dispatcher_fixture.h"
#include "tests/support/scheduler/memory_batch_store.h"
#include "tests/support/scheduler/memory_queue_loads.h"
#include "tests/support/scheduler/memory_webhook_outbox.h"

namespace furnace::scheduler {
namespace {

class BatchesTest : public DispatcherFixture {
 protected:
  using Ids = std::vector<std::string>;

  BatchesTest() { Publish(endpoint_); }

  Submission Prepare(int jobs, BatchOptions options = {}) {
    JobRequest request{
        .project_id = endpoint_.project_id, .endpoint_id = endpoint_.id, .items = {}};
    for (int i = 0; i < jobs; ++i) request.items.push_back({.input = "1"});
    request.batch = std::move(options);
    return submitter_.Prepare(std::move(request)).value();
  }

  // Queues a batch; its id, and its jobs in `ids_`.
  std::string SubmitBatch(int jobs) {
    Submission submission = Prepare(jobs);
    std::string id = submission.batch_id;
    ids_ = batches_.Submit(std::move(submission), {}).value();
    return id;
  }

  absl::StatusOr<Batch> Get(const std::string& id) {
    FURNACE_ASSIGN_OR_RETURN(const BatchView view, batches_.Get(id, endpoint_.project_id));
    return view.batch;
  }

  // Ends the batch's first job, which history hears of.
  void EndFirstJob() {
    Settle(Claim().at(0).lease, Success());
    ASSERT_TRUE(history_.Save(log_.ReadJobs(ShardOfJob(ids_[0]), {ids_[0]}).value()).ok());
  }
  absl::StatusOr<int> Cancel(const std::string& id) {
    return batches_.Cancel(id, endpoint_.project_id);
  }

  JobReader reader_{queue_, history_, payloads_};
  Persister persister_{log_, history_, blocking_};
  MemoryQueueLoads loads_{queue_};
  Admission admission_{loads_, catalog_, {}};
  Submitter submitter_{catalog_,      queue_,    payloads_, persister_, admission_,
                       dependencies_, blocking_, clock_,    kTestShards};
  MemoryBatchStore store_{history_};
  MemoryWebhookOutbox outbox_{clock_};
  Batches batches_{store_,      outbox_, [](const Batch& batch) { return "batch " + batch.id; },
                   submitter_,  queue_,  reader_,
                   dispatcher_, clock_};
  Ids ids_;
};

TEST_F(BatchesTest, ASubmittedBatchIsKnownWithItsJobs) {
  Submission submission = Prepare(3, {.name = "n", .one_worker = true});
  const std::string id = submission.batch_id;
  EXPECT_EQ(ShardOfJob(id), ShardOfEndpoint(endpoint_.id, kTestShards));
  for (const auto& item : submission.items) EXPECT_EQ(item.concurrency_key, OneWorkerKey(id));
  const Ids ids = batches_.Submit(std::move(submission), {.name = "n", .one_worker = true}).value();
  EXPECT_EQ(ids.size(), 3U);
  EXPECT_EQ(Get(id)->counts, BatchCounts{.waiting = 3});
  EXPECT_EQ(Get(id)->options.name, "n");
  for (const std::string& job : ids) EXPECT_EQ(queue_.Live(job)->batch_id, id);
}

TEST_F(BatchesTest, ARefusedBatchLeavesNothing) {
  Submission submission = Prepare(3);
  const std::string id = submission.batch_id;
  submission.max_queued = 2;
  EXPECT_TRUE(absl::IsResourceExhausted(batches_.Submit(std::move(submission), {}).status()));
  EXPECT_TRUE(absl::IsNotFound(Get(id).status()));
}

TEST_F(BatchesTest, WithoutTheStoreNothingIsQueued) {
  store_.set_status(absl::UnavailableError("down"));
  Submission submission = Prepare(1);
  const std::string job = submission.items[0].id;
  EXPECT_TRUE(absl::IsUnavailable(batches_.Submit(std::move(submission), {}).status()));
  EXPECT_EQ(queue_.Live(job), std::nullopt);
}

TEST_F(BatchesTest, ACancelEndsEveryJobThatIsNotFinalAndIsIdempotent) {
  const std::string id = SubmitBatch(250);
  const auto link = Join("w-1", 2);
  dispatcher_.Wake(endpoint_.id);
  const Leases leases = Assigned(*link);
  ASSERT_EQ(leases.size(), 2U);
  Result("w-1", leases[0], Success());
  EXPECT_EQ(Cancel(id).value(), 249);
  EXPECT_EQ(link->received().cancelled, Leases{leases[1]});
  EXPECT_EQ(Cancel(id).value(), 0);
  EXPECT_EQ(StatusOf(leases[0].job_id), JobStatus::kCompleted);
  for (const std::string& job : ids_) EXPECT_TRUE(IsFinal(StatusOf(job)));
}

TEST_F(BatchesTest, ACancelThatMeetsAnErrorSaysSoAndGoesOnWhenRepeated) {
  const std::string id = SubmitBatch(3);
  queue_.FailNext(QueueCall::kCancel, absl::UnavailableError("away"));
  EXPECT_TRUE(absl::IsUnavailable(Cancel(id).status()));
  EXPECT_EQ(Cancel(id).value(), 1);
}

TEST_F(BatchesTest, AWebhookGoesOutOnceForEachTimeABatchIsDone) {
  Submission submission = Prepare(1);
  const std::string id = submission.batch_id;
  ids_ = batches_.Submit(std::move(submission), {.webhook_url = "http://a"}).value();
  ASSERT_TRUE(batches_.OnJobsEnded({id}).ok());
  EXPECT_EQ(outbox_.size(), 0U) << "it is not done";
  EndFirstJob();
  ASSERT_TRUE(batches_.OnJobsEnded({id}).ok());
  ASSERT_TRUE(batches_.OnJobsEnded({id}).ok());
  EXPECT_EQ(outbox_.size(), 1U);
  const Webhook webhook = *batches_.Get(id, endpoint_.project_id)->webhook;
  EXPECT_EQ(webhook.id, CompletionId(*Get(id)));
  EXPECT_EQ(webhook.project_id, endpoint_.project_id);
  EXPECT_EQ(webhook.kind, "batch.done");
  EXPECT_EQ(webhook.url, "http://a");
  EXPECT_EQ(outbox_.Get(webhook.id, endpoint_.project_id)->body, "batch " + id);
}

TEST_F(BatchesTest, ABatchThatAsksForNoWebhookGetsNone) {
  const std::string id = SubmitBatch(1);
  EndFirstJob();
  ASSERT_TRUE(batches_.OnJobsEnded({id}).ok());
  EXPECT_EQ(outbox_.size(), 0U);
  EXPECT_FALSE(batches_.Get(id, endpoint_.project_id)->webhook);
}

TEST_F(BatchesTest, AnotherProjectsBatchIsNotFound) {
  const std::string id = SubmitBatch(1);
  EXPECT_TRUE(absl::IsNotFound(batches_.Get(id, NewId()).status()));
  EXPECT_TRUE(absl::IsNotFound(batches_.Cancel(id, NewId()).status()));
  EXPECT_TRUE(
      absl::IsNotFound(batches_.Failures({.batch_id = id, .project_id = NewId()}).status()));
  EXPECT_EQ(StatusOf(ids_[0]), JobStatus::kInQueue);
}

TEST_F(BatchesTest, ABatchThatNeverReachedTheQueueIsDroppedOnceItIsOld) {
  Submission lost = Prepare(1);
  Batch batch;
  batch.id = lost.batch_id;
  batch.project_id = endpoint_.project_id;
  batch.created_at = clock_.Now();
  ASSERT_TRUE(store_.Add(batch, {lost.items[0].id}).ok());
  const std::string queued = SubmitBatch(1);
  batches_.DropOrphans();
  EXPECT_TRUE(Get(batch.id).ok());
  clock_.Advance(Batches::kOrphanAge);
  batches_.DropOrphans();
  EXPECT_TRUE(absl::IsNotFound(Get(batch.id).status()));
  EXPECT_TRUE(Get(queued).ok()) << "its jobs are in the queue";
}

}  // namespace
}  // namespace furnace::scheduler

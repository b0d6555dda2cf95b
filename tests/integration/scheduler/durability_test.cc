// Jobs that outlive Redis, through the whole scheduler.
#include <cstdlib>

#include "furnace/v1/queue_service.grpc.pb.h"
#include "libs/common/redis/client.h"
#include "tests/support/scheduler/samples.h"
#include "tests/support/scheduler/scheduler_fixture.h"

namespace furnace::scheduler {
namespace {

class SchedulerDurabilityTest : public SchedulerFixture {
 protected:
  v1::SubmitRequest Persisted(const std::string& input = "1") const {
    v1::SubmitRequest request;
    request.set_endpoint_id(endpoint_);
    request.set_input(input);
    request.mutable_options()->set_ack(v1::ACK_PERSISTED);
    return request;
  }

  std::string Submit(const v1::SubmitRequest& request) {
    v1::SubmitResponse response;
    const grpc::Status status = replica_->jobs().Submit(As().get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.job().id();
  }

  grpc::Status Rebuild(v1::Role role, const std::string& page_token,
                       v1::RebuildResponse* response) {
    v1::RebuildRequest request;
    request.set_page_token(page_token);
    return v1::QueueService::NewStub(replica_->channel())
        ->Rebuild(As("", role).get(), request, response);
  }

  // Over all pages: other tests leave jobs in the same history.
  v1::RebuildResponse RebuildAll() {
    v1::RebuildResponse total;
    std::string token;
    do {
      v1::RebuildResponse page;
      const grpc::Status status = Rebuild(v1::ROLE_OPERATOR, token, &page);
      EXPECT_TRUE(status.ok()) << status.error_message();
      total.set_restored(total.restored() + page.restored());
      total.set_live(total.live() + page.live());
      token = page.next_page_token();
    } while (!token.empty());
    return total;
  }

  static void LoseRedis() {
    redis::Client admin(*redis::ParseUrl(std::getenv("FURNACE_TEST_REDIS_URL")), {});
    ASSERT_TRUE(admin.SendAndWait({"FLUSHALL"}).ok());
  }

  const std::unique_ptr<Replica> replica_ = StartReplica();
};

TEST_F(SchedulerDurabilityTest, APersistedJobOutlivesRedisAndIsBilledOnce) {
  const std::string small = Submit(Persisted("[1]"));
  const std::string large = Submit(Persisted("[\"" + std::string(10'000, 'x') + "\"]"));
  LoseRedis();
  EXPECT_GE(RebuildAll().restored(), 2);
  const auto worker = Connect(*replica_, "w-1");
  for (const std::string& id : {small, large}) {
    const v1::Assignment job = worker->NextJob();
    EXPECT_EQ(job.lease().job_id(), id);
    EXPECT_EQ(job.lease().epoch(), 101);
    worker->Complete(job.lease(), "42", /*credits=*/1);
    EXPECT_TRUE(worker->Next().has_settled());
  }
  for (const std::string& id : {small, large}) {
    EXPECT_EQ(Wait(*replica_, id).status(), v1::JOB_STATUS_COMPLETED);
    EXPECT_TRUE(Eventually([&] { return suite_.UsageOf(id).size() == 1; }));
  }
}

TEST_F(SchedulerDurabilityTest, AWorkerOfBeforeCanNotFinishARestoredJob) {
  const auto worker = Connect(*replica_, "w-1");
  const std::string id = Submit(Persisted());
  const v1::LeaseId before = worker->NextJob().lease();
  LoseRedis();
  RebuildAll();
  worker->Complete(before, "1", /*credits=*/1);
  // It hears that its lease is lost, and gets the job anew.
  v1::LeaseId now;
  while (now.epoch() == 0) {
    const v1::ConnectResponse message = worker->Next();
    ASSERT_GT(message.ByteSizeLong(), 0U) << "the session is over";
    if (message.has_assignments()) now = message.assignments().jobs(0).lease();
  }
  EXPECT_EQ(now.job_id(), id);
  EXPECT_GT(now.epoch(), 100);
  worker->Complete(now, "2");
  EXPECT_EQ(Wait(*replica_, id).output(), "2");
}

TEST_F(SchedulerDurabilityTest, ARebuildOfAHealthyQueueChangesNothing) {
  const std::string id = Submit(Persisted());
  const v1::RebuildResponse rebuilt = RebuildAll();
  EXPECT_GE(rebuilt.live(), 1);
  EXPECT_EQ(Get(*replica_, id).version(), 1);
}

TEST_F(SchedulerDurabilityTest, RunSyncAndBatchesCanBePersisted) {
  v1::SubmitBatchRequest batch;
  batch.set_endpoint_id(endpoint_);
  for (int i = 0; i < 3; ++i) {
    v1::BatchJob& job = *batch.add_jobs();
    job.set_input("1");
    job.mutable_options()->set_ack(v1::ACK_PERSISTED);
  }
  v1::SubmitBatchResponse ids;
  ASSERT_TRUE(replica_->jobs().SubmitBatch(As().get(), batch, &ids).ok());
  v1::RunSyncRequest run;
  run.set_endpoint_id(endpoint_);
  run.set_input("2");
  run.set_wait_ms(1'000);
  run.mutable_options()->set_ack(v1::ACK_PERSISTED);
  v1::RunSyncResponse waited;
  ASSERT_TRUE(replica_->jobs().RunSync(As().get(), run, &waited).ok());
  EXPECT_EQ(waited.job().status(), v1::JOB_STATUS_IN_QUEUE);
  LoseRedis();
  EXPECT_GE(RebuildAll().restored(), 4);
  for (const std::string& id : ids.job_ids()) {
    EXPECT_EQ(Get(*replica_, id).status(), v1::JOB_STATUS_IN_QUEUE);
  }
  EXPECT_EQ(Get(*replica_, waited.job().id()).status(), v1::JOB_STATUS_IN_QUEUE);
}

TEST_F(SchedulerDurabilityTest, ARepeatedSubmitIsAcknowledgedOncePersisted) {
  v1::SubmitRequest request = Persisted();
  request.mutable_options()->set_idempotency_key("order-17");
  request.mutable_options()->set_ack(v1::ACK_QUEUED);
  const std::string id = Submit(request);
  request.mutable_options()->set_ack(v1::ACK_PERSISTED);
  EXPECT_EQ(Submit(request), id);
  LoseRedis();
  RebuildAll();
  EXPECT_EQ(Get(*replica_, id).status(), v1::JOB_STATUS_IN_QUEUE);
}

TEST_F(SchedulerDurabilityTest, ARebuildIsForOperatorsAndItsTokenIsChecked) {
  v1::RebuildResponse response;
  EXPECT_EQ(Rebuild(v1::ROLE_ADMIN, "", &response).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  const grpc::Status bad = Rebuild(v1::ROLE_OPERATOR, "first", &response);
  EXPECT_EQ(bad.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_NE(bad.error_message().find("page_token"), std::string::npos);
}

TEST_F(SchedulerDurabilityTest, AnUnknownAckIsRefused) {
  v1::SubmitRequest request = Persisted();
  request.mutable_options()->set_ack(static_cast<v1::Ack>(9));
  v1::SubmitResponse response;
  const grpc::Status status = replica_->jobs().Submit(As().get(), request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_NE(status.error_message().find("options.ack"), std::string::npos);
}

}  // namespace
}  // namespace furnace::scheduler

// The way of a job through the whole scheduler.
#include <future>

#include "tests/support/scheduler/samples.h"
#include "tests/support/scheduler/scheduler_fixture.h"

namespace furnace::scheduler {
namespace {

class SchedulerJobsTest : public SchedulerFixture {
 protected:
  v1::ListResponse List(const v1::ListRequest& request, const std::string& project_id = "") {
    v1::ListResponse response;
    const grpc::Status status = replica_->jobs().List(As(project_id).get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  grpc::StatusCode SubmitCode(const std::string& endpoint_id, const std::string& input,
                              int priority = 0, const std::string& project_id = "") {
    v1::SubmitRequest request;
    request.set_endpoint_id(endpoint_id);
    request.set_input(input);
    request.set_priority(priority);
    v1::SubmitResponse response;
    return replica_->jobs().Submit(As(project_id).get(), request, &response).error_code();
  }

  const std::unique_ptr<Replica> replica_ = StartReplica();
};

TEST_F(SchedulerJobsTest, AJobIsRunBilledAndKept) {
  const auto worker = Connect(*replica_, "w-1");
  const std::string id = Submit(*replica_, R"({"n": 1})");
  const v1::Assignment job = worker->NextJob();
  EXPECT_EQ(job.lease().job_id(), id);
  EXPECT_EQ(job.lease().epoch(), 1);
  EXPECT_EQ(job.input(), R"({"n": 1})");
  EXPECT_EQ(job.timeout_ms(), 300'000);
  worker->Complete(job.lease(), "[42]");
  EXPECT_EQ(worker->Next().settled().leases(0).job_id(), id);

  const v1::Job done = Wait(*replica_, id);
  EXPECT_EQ(done.status(), v1::JOB_STATUS_COMPLETED);
  EXPECT_EQ(done.output(), "[42]");
  EXPECT_EQ(done.worker_id(), "w-1");
  EXPECT_EQ(done.version(), 3);
  ASSERT_TRUE(Eventually([&] { return suite_.UsageOf(id).size() == 1; }));
  const auto usage = suite_.UsageOf(id)[0];
  EXPECT_EQ(usage.end_us() - usage.start_us(), done.gpu_time_us());
  EXPECT_EQ(usage.project_id(), project_);
  // Now from history, byte for byte.
  ASSERT_TRUE(Eventually([&] {
    v1::ListRequest completed;
    completed.set_status(v1::JOB_STATUS_COMPLETED);
    return List(completed).jobs_size() == 1;
  }));
  const v1::Job past = Get(*replica_, id);
  EXPECT_EQ(past.output(), "[42]");
  EXPECT_EQ(past.input(), R"({"n": 1})");
  EXPECT_EQ(past.gpu_time_us(), done.gpu_time_us());
}

TEST_F(SchedulerJobsTest, LargePayloadsTravelWhole) {
  const std::string input = "[\"" + std::string(1 << 20, 'i') + "\"]";
  const std::string output = "[\"" + std::string(1 << 20, 'o') + "\"]";
  const auto worker = Connect(*replica_, "w-1");
  const std::string id = Submit(*replica_, input);
  const v1::Assignment job = worker->NextJob();
  EXPECT_EQ(job.input(), input);
  worker->Complete(job.lease(), output);
  EXPECT_EQ(Wait(*replica_, id).output(), output);
  EXPECT_EQ(Get(*replica_, id).input(), input);
}

TEST_F(SchedulerJobsTest, RunSyncAnswersWithTheResult) {
  const auto worker = Connect(*replica_, "w-1");
  auto answer = std::async(std::launch::async, [&] {
    v1::RunSyncRequest request;
    request.set_endpoint_id(endpoint_);
    request.set_input("1");
    v1::RunSyncResponse response;
    EXPECT_TRUE(replica_->jobs().RunSync(As().get(), request, &response).ok());
    return response.job();
  });
  worker->Complete(worker->NextJob().lease(), "2");
  EXPECT_EQ(answer.get().output(), "2");
}

TEST_F(SchedulerJobsTest, RunSyncWithoutAWorkerAnswersWithTheQueuedJob) {
  v1::RunSyncRequest request;
  request.set_endpoint_id(endpoint_);
  request.set_input("1");
  request.set_wait_ms(1000);
  v1::RunSyncResponse response;
  ASSERT_TRUE(replica_->jobs().RunSync(As().get(), request, &response).ok());
  EXPECT_EQ(response.job().status(), v1::JOB_STATUS_IN_QUEUE);
  request.set_wait_ms(999);
  EXPECT_EQ(replica_->jobs().RunSync(As().get(), request, &response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(SchedulerJobsTest, AWatchShowsEachChangeAndChunk) {
  const std::string id = Submit(*replica_);
  v1::WatchRequest request;
  request.set_job_id(id);
  const auto context = As();
  const auto stream = replica_->jobs().Watch(context.get(), request);
  v1::WatchResponse message;
  ASSERT_TRUE(stream->Read(&message));
  EXPECT_EQ(message.job().status(), v1::JOB_STATUS_IN_QUEUE);
  const auto worker = Connect(*replica_, "w-1");
  const v1::LeaseId lease = worker->NextJob().lease();
  worker->Yield(lease, "50", "\"a\"");
  worker->Yield(lease, "90", "\"b\"");
  worker->Complete(lease, "[\"a\",\"b\"]");
  std::vector<std::string> chunks;
  std::int64_t sequence = 0;
  v1::Job last;
  while (stream->Read(&message)) {
    for (const v1::Chunk& chunk : message.chunks()) {
      EXPECT_EQ(chunk.sequence(), ++sequence);
      chunks.push_back(chunk.output());
    }
    last = message.job();
  }
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(chunks, (std::vector<std::string>{"\"a\"", "\"b\""}));
  EXPECT_EQ(last.status(), v1::JOB_STATUS_COMPLETED);
  EXPECT_EQ(last.progress(), "90");
  EXPECT_EQ(last.output(), "[\"a\",\"b\"]");
}

TEST_F(SchedulerJobsTest, ACancelledJobIsTakenFromItsWorker) {
  const auto worker = Connect(*replica_, "w-1");
  const std::string id = Submit(*replica_);
  const v1::LeaseId lease = worker->NextJob().lease();
  v1::CancelRequest request;
  request.set_job_id(id);
  v1::CancelResponse response;
  ASSERT_TRUE(replica_->jobs().Cancel(As().get(), request, &response).ok());
  EXPECT_EQ(response.job().status(), v1::JOB_STATUS_CANCELLED);
  EXPECT_EQ(worker->Next().cancel_job().lease().job_id(), id);
  worker->Complete(lease, "1");
  EXPECT_EQ(worker->Next().settled().leases_size(), 1);  // It was ended before.
  EXPECT_EQ(Get(*replica_, id).status(), v1::JOB_STATUS_CANCELLED);
  EXPECT_EQ(Get(*replica_, id).output(), "");
}

TEST_F(SchedulerJobsTest, ABatchIsQueuedWholeOrNotAtAll) {
  v1::SubmitBatchRequest request;
  request.set_endpoint_id(endpoint_);
  for (int i = 0; i < 3; ++i) request.add_jobs()->set_input(std::to_string(i));
  v1::SubmitBatchResponse response;
  ASSERT_TRUE(replica_->jobs().SubmitBatch(As().get(), request, &response).ok());
  ASSERT_EQ(response.job_ids_size(), 3);
  EXPECT_EQ(Get(*replica_, response.job_ids(2)).input(), "2");
  request.mutable_jobs(1)->set_input("{");
  const grpc::Status refused = replica_->jobs().SubmitBatch(As().get(), request, &response);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_NE(refused.error_message().find("jobs[1].input"), std::string::npos);
}

TEST_F(SchedulerJobsTest, ListsPageThroughTheProjectsJobs) {
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) ids.insert(ids.begin(), Submit(*replica_));
  v1::ListRequest request;
  ASSERT_TRUE(Eventually([&] { return List(request).jobs_size() == 3; }));
  request.set_page_size(2);
  const v1::ListResponse first = List(request);
  ASSERT_EQ(first.jobs_size(), 2);
  EXPECT_EQ(first.jobs(0).id(), ids[0]);
  request.set_page_token(first.next_page_token());
  const v1::ListResponse second = List(request);
  ASSERT_EQ(second.jobs_size(), 1);
  EXPECT_EQ(second.jobs(0).id(), ids[2]);
  EXPECT_EQ(second.next_page_token(), "");
}

TEST_F(SchedulerJobsTest, ATenantSeesNothingOfAnother) {
  const std::string id = Submit(*replica_);
  ASSERT_TRUE(Eventually([&] { return List({}).jobs_size() == 1; }));
  const std::string other = NewId();
  const auto not_found = grpc::StatusCode::NOT_FOUND;
  const std::string none = NewJobId(endpoint_);
  for (const std::string& job_id : {id, none}) {
    v1::GetRequest get;
    get.set_job_id(job_id);
    v1::GetResponse got;
    const grpc::Status status = replica_->jobs().Get(As(other).get(), get, &got);
    EXPECT_EQ(status.error_code(), not_found);
    EXPECT_EQ(status.error_message(), "no job " + job_id);
    v1::CancelRequest cancel;
    cancel.set_job_id(job_id);
    v1::CancelResponse cancelled;
    EXPECT_EQ(replica_->jobs().Cancel(As(other).get(), cancel, &cancelled).error_code(), not_found);
    v1::WaitRequest wait;
    wait.set_job_id(job_id);
    v1::WaitResponse waited;
    EXPECT_EQ(replica_->jobs().Wait(As(other).get(), wait, &waited).error_code(), not_found);
    v1::WatchRequest watch;
    watch.set_job_id(job_id);
    const auto context = As(other);
    const auto stream = replica_->jobs().Watch(context.get(), watch);
    v1::WatchResponse message;
    EXPECT_FALSE(stream->Read(&message));
    EXPECT_EQ(stream->Finish().error_code(), not_found);
  }
  EXPECT_EQ(List({}, other).jobs_size(), 0);
  EXPECT_EQ(SubmitCode(endpoint_, "1", 0, other), not_found);
  EXPECT_EQ(SubmitCode(NewId(), "1", 0, other), not_found);
  EXPECT_EQ(Get(*replica_, id).status(), v1::JOB_STATUS_IN_QUEUE);
}

TEST_F(SchedulerJobsTest, BadRequestsAreRefusedByName) {
  const auto invalid = grpc::StatusCode::INVALID_ARGUMENT;
  EXPECT_EQ(SubmitCode("", "1"), invalid);
  EXPECT_EQ(SubmitCode("no-uuid", "1"), invalid);
  EXPECT_EQ(SubmitCode(endpoint_, ""), invalid);
  EXPECT_EQ(SubmitCode(endpoint_, "{"), invalid);
  EXPECT_EQ(SubmitCode(endpoint_, "1", 11), invalid);
  EXPECT_EQ(SubmitCode(endpoint_, "1", -11), invalid);
  EXPECT_EQ(SubmitCode(endpoint_, "1", 10), grpc::StatusCode::OK);
  EXPECT_EQ(SubmitCode(endpoint_, "\"" + std::string(10 << 20, 'x') + "\""),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  grpc::ClientContext nobody;
  v1::GetResponse response;
  EXPECT_EQ(replica_->jobs().Get(&nobody, {}, &response).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
}

}  // namespace
}  // namespace furnace::scheduler

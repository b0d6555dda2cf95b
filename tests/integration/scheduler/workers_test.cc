// Workers that come, go and fail, against the whole scheduler.
#include <cstdlib>
#include <functional>
#include <limits>

#include "absl/time/clock.h"
#include "furnace/v1/fleet_service.grpc.pb.h"
#include "libs/common/redis/client.h"
#include "libs/common/rpc/worker_token.h"
#include "tests/support/scheduler/samples.h"
#include "tests/support/scheduler/scheduler_fixture.h"

namespace furnace::scheduler {
namespace {

class SchedulerWorkersTest : public SchedulerFixture {
 protected:
  // How a session ends that says `hello` under `token`.
  grpc::StatusCode Refusal(Replica& replica, const std::string& token,
                           const WorkerClient::Options& hello) {
    WorkerClient worker(replica.channel(), token);
    worker.Hello(hello);
    EXPECT_EQ(worker.Next().message_case(), v1::ConnectResponse::MESSAGE_NOT_SET);
    return worker.Finish().error_code();
  }
};

TEST_F(SchedulerWorkersTest, OnlyAWorkersOwnTokenLetsItIn) {
  const auto replica = StartReplica();
  const WorkerClient::Options hello{.worker_id = "w-1", .endpoint_id = endpoint_};
  const auto unauthenticated = grpc::StatusCode::UNAUTHENTICATED;
  EXPECT_EQ(Refusal(*replica, "", hello), unauthenticated);
  EXPECT_EQ(Refusal(*replica, "fw_nonsense", hello), unauthenticated);
  const auto forged = furnace::rpc::MintWorkerToken(
      "other-secret",
      {.worker_id = "w-1", .endpoint_id = endpoint_, .expires = absl::Now() + absl::Hours(1)});
  EXPECT_EQ(Refusal(*replica, forged, hello), unauthenticated);
  const auto invalid = grpc::StatusCode::INVALID_ARGUMENT;
  EXPECT_EQ(Refusal(*replica, Token("w-2", endpoint_), hello), invalid);
  EXPECT_EQ(Refusal(*replica, Token("w-1", NewId()), hello), invalid);
  const std::string unknown = NewId();
  EXPECT_EQ(Refusal(*replica, Token("w-1", unknown), {.worker_id = "w-1", .endpoint_id = unknown}),
            grpc::StatusCode::NOT_FOUND);
  WorkerClient silent(replica->channel(), Token("w-1", endpoint_));
  silent.Complete({}, "1");
  EXPECT_EQ(silent.Next().message_case(), v1::ConnectResponse::MESSAGE_NOT_SET);
  EXPECT_EQ(silent.Finish().error_code(), invalid);
}

TEST_F(SchedulerWorkersTest, AHelloWithImpossibleGpusIsRefused) {
  const auto replica = StartReplica();
  const auto refused = [&](const std::function<void(v1::Hello&)>& change) {
    WorkerClient worker(replica->channel(), Token("w-1", endpoint_));
    v1::ConnectRequest request;
    v1::Hello& hello = *request.mutable_hello();
    hello.set_worker_id("w-1");
    hello.set_endpoint_id(endpoint_);
    hello.set_gpu_type("rtx4000");
    hello.set_gpu_count(1);
    v1::GpuInfo& gpu = *hello.add_gpus();
    gpu.set_uuid("GPU-1");
    gpu.set_model("NVIDIA H200");
    change(hello);
    worker.Send(request);
    if (worker.Next().has_welcome()) return false;
    return worker.Finish().error_code() == grpc::StatusCode::INVALID_ARGUMENT;
  };
  EXPECT_FALSE(refused([](v1::Hello&) {}));
  EXPECT_TRUE(refused([](v1::Hello& hello) {
    for (int i = 0; i < 16; ++i) *hello.add_gpus() = hello.gpus(0);
  }));
  EXPECT_TRUE(refused([](v1::Hello& hello) { hello.mutable_gpus(0)->set_uuid(""); }));
  EXPECT_TRUE(refused([](v1::Hello& hello) { hello.mutable_gpus(0)->set_uuid("GPU 1"); }));
  EXPECT_TRUE(
      refused([](v1::Hello& hello) { hello.mutable_gpus(0)->set_uuid(std::string(97, 'g')); }));
  EXPECT_TRUE(
      refused([](v1::Hello& hello) { hello.mutable_gpus(0)->set_model(std::string(97, 'm')); }));
  EXPECT_TRUE(refused([](v1::Hello& hello) { hello.mutable_gpus(0)->set_model("a\nb"); }));
  EXPECT_TRUE(refused([](v1::Hello& hello) { hello.mutable_gpus(0)->set_memory_mib(-1); }));
}

TEST_F(SchedulerWorkersTest, GpuReadingsAreShownWithinTheirBounds) {
  const auto replica = StartReplica();
  const auto worker = Connect(*replica, "w-1");
  v1::ConnectRequest request;
  v1::Heartbeat& heartbeat = *request.mutable_heartbeat();
  v1::GpuReading& hostile = *heartbeat.add_gpus();
  hostile.set_uuid("GPU-1");
  hostile.set_memory_used_mib(-5);
  hostile.set_utilization_percent(1'000'000);
  hostile.set_temperature_celsius(-274);
  hostile.set_ecc_uncorrected(std::numeric_limits<std::int64_t>::max());
  hostile.set_problem("a\nb" + std::string(10'000, 'x'));
  heartbeat.add_gpus()->set_uuid("no uuid");
  for (int i = 0; i < 40; ++i) heartbeat.add_gpus()->set_uuid("GPU-2");
  worker->Send(request);
  const auto fleet = v1::FleetService::NewStub(replica->channel());
  v1::ListWorkersResponse answer;
  ASSERT_TRUE(Eventually([&] {
    return fleet->ListWorkers(As().get(), {}, &answer).ok() &&
           answer.workers(0).gpu_readings_size() > 0;
  }));
  EXPECT_EQ(answer.workers(0).gpu_readings_size(), 16);
  EXPECT_TRUE(answer.workers(0).has_gpus_read_at());
  const v1::GpuReading& shown = answer.workers(0).gpu_readings(0);
  EXPECT_EQ(shown.memory_used_mib(), 0);
  EXPECT_EQ(shown.utilization_percent(), 100);
  EXPECT_EQ(shown.temperature_celsius(), 0);
  EXPECT_EQ(shown.ecc_uncorrected(), std::int64_t{1} << 53);
  EXPECT_EQ(shown.problem(), "a b" + std::string(197, 'x'));
  EXPECT_EQ(answer.workers(0).gpu_readings(1).uuid(), "GPU-2");
}

TEST_F(SchedulerWorkersTest, AResultsGpuMemoryIsShownWithItsJob) {
  const auto replica = StartReplica();
  const auto worker = Connect(*replica, "w-1");
  for (const auto& [told, shown] :
       {std::pair{std::int64_t{20'480}, 20'480}, {-1, 0}, {std::int64_t{1} << 62, 1 << 24}}) {
    const std::string id = Submit(*replica);
    v1::ConnectRequest request;
    *request.mutable_result()->mutable_lease() = worker->NextJob().lease();
    request.mutable_result()->set_output("1");
    request.mutable_result()->set_credits(1);
    request.mutable_result()->set_gpu_memory_peak_mib(told);
    worker->Send(request);
    EXPECT_TRUE(worker->Next().has_settled());
    const v1::Job job = Wait(*replica, id);
    EXPECT_EQ(job.gpu_memory_peak_mib(), shown);
    EXPECT_EQ(job.has_gpu_memory_peak_mib(), shown > 0);
  }
}

TEST_F(SchedulerWorkersTest, WhatAJobWaitedInItsWorkerIsNoExecution) {
  const auto replica = StartReplica();
  const std::string id = Submit(*replica);
  const auto worker = Connect(*replica, "w-1");
  v1::ConnectRequest message;
  v1::Result& result = *message.mutable_result();
  *result.mutable_lease() = worker->NextJob().lease();
  result.set_output("1");
  result.set_waited_us(absl::ToInt64Microseconds(absl::Hours(1)));
  worker->Send(message);
  const v1::Job job = Wait(*replica, id);
  EXPECT_EQ(job.status(), v1::JOB_STATUS_COMPLETED);
  EXPECT_EQ(job.execution_ms(), 0);
  EXPECT_EQ(job.gpu_time_us(), 0);
}

TEST_F(SchedulerWorkersTest, LargeInputsComeInMessagesOfTheirOwn) {
  const auto replica = StartReplica();
  const std::string input = '"' + std::string(1 << 20, 'x') + '"';
  for (int i = 0; i < 3; ++i) Submit(*replica, input);
  const auto worker = Connect(*replica, "w-1", /*credits=*/3);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(worker->NextJob().input(), input);
}

TEST_F(SchedulerWorkersTest, TheDelayOfAJobThatNeverReachedItsWorkerGoesOn) {
  const auto replica = StartReplica();
  const std::string id = Submit(*replica);
  Connect(*replica, "w-1")->NextJob();
  const auto worker = Connect(*replica, "w-1");  // It says that it has no job.
  worker->Complete(worker->NextJob().lease(), "2");
  const v1::Job done = Wait(*replica, id);
  EXPECT_EQ(done.attempt(), 2);
  const auto micros = [](const google::protobuf::Timestamp& time) {
    return time.seconds() * 1'000'000 + time.nanos() / 1000;
  };
  EXPECT_EQ(done.delay_ms(), (micros(done.started_at()) - micros(done.queued_at())) / 1000);
}

TEST_F(SchedulerWorkersTest, AWorkerComesBackWithItsJob) {
  const auto replica = StartReplica();
  const std::string id = Submit(*replica);
  v1::LeaseId lease;
  {
    const auto worker = Connect(*replica, "w-1");
    lease = worker->NextJob().lease();
  }
  const auto again = Connect(*replica, "w-1", /*credits=*/0, {lease});
  again->Complete(lease, "1", /*credits=*/0);
  EXPECT_EQ(again->Next().settled().leases(0).job_id(), id);
  EXPECT_EQ(Wait(*replica, id).attempt(), 1);
}

TEST_F(SchedulerWorkersTest, TheNewerSessionOfAWorkerCounts) {
  const auto replica = StartReplica();
  const auto first = Connect(*replica, "w-1", /*credits=*/0);
  const auto second = Connect(*replica, "w-1", /*credits=*/1);
  EXPECT_EQ(first->Next().message_case(), v1::ConnectResponse::MESSAGE_NOT_SET);
  EXPECT_EQ(first->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  const std::string id = Submit(*replica);
  EXPECT_EQ(second->NextJob().lease().job_id(), id);
}

TEST_F(SchedulerWorkersTest, ASilentWorkerLosesItsJobToAnother) {
  const auto replica = StartReplica(absl::Seconds(1));
  const std::string id = Submit(*replica);
  const auto silent = Connect(*replica, "w-1");
  const v1::LeaseId lost = silent->NextJob().lease();
  const auto other = Connect(*replica, "w-2");
  const v1::LeaseId taken = other->NextJob().lease();
  EXPECT_EQ(taken.job_id(), id);
  EXPECT_EQ(taken.epoch(), 2);
  EXPECT_EQ(silent->Next().lease_lost().leases(0).epoch(), 1);
  silent->Complete(lost, "\"late\"", /*credits=*/0);
  EXPECT_EQ(silent->Next().lease_lost().leases(0).epoch(), 1);
  other->Complete(taken, "\"in time\"");
  const v1::Job job = Wait(*replica, id);
  EXPECT_EQ(job.output(), "\"in time\"");
  EXPECT_EQ(job.retry_count(), 0);
  ASSERT_TRUE(Eventually([&] { return suite_.UsageOf(id).size() == 2; }));
  EXPECT_EQ(suite_.UsageOf(id)[0].cause(), v1::FAILURE_CAUSE_WORKER_LOST);
  const auto billed = suite_.UsageOf(id)[1];
  EXPECT_EQ(billed.end_us() - billed.start_us(), job.gpu_time_us());
}

TEST_F(SchedulerWorkersTest, AJobSubmittedAtOneReplicaRunsOnAWorkerOfAnother) {
  const auto a = StartReplica();
  const auto b = StartReplica();
  const auto worker = Connect(*b, "w-1");
  const std::string id = Submit(*a);
  const v1::Assignment job = worker->NextJob();
  EXPECT_EQ(job.lease().job_id(), id);
  worker->Complete(job.lease(), "7");
  EXPECT_EQ(Wait(*a, id).output(), "7");
  EXPECT_EQ(Wait(*b, id).output(), "7");
  ASSERT_TRUE(Eventually([&] { return !suite_.UsageOf(id).empty(); }));
  EXPECT_EQ(suite_.UsageOf(id).size(), 1U);
}

TEST_F(SchedulerWorkersTest, ARunningJobSurvivesTheEndOfTheScheduler) {
  auto replica = StartReplica();
  const std::string id = Submit(*replica);
  v1::LeaseId lease;
  {
    const auto worker = Connect(*replica, "w-1");
    lease = worker->NextJob().lease();
    replica.reset();
  }
  replica = StartReplica();
  const auto again = Connect(*replica, "w-1", /*credits=*/0, {lease});
  again->Complete(lease, "8");
  EXPECT_EQ(Wait(*replica, id).output(), "8");
}

TEST_F(SchedulerWorkersTest, AnAlwaysOnWorkersLifetimeSurvivesTheEndOfTheScheduler) {
  suite_.SetMinWorkers(endpoint_, 1);
  auto replica = StartReplica();
  const std::string id = Submit(*replica);
  v1::LeaseId lease;
  {
    const auto worker = Connect(*replica, "w-1");
    lease = worker->NextJob().lease();
    replica.reset();
  }
  replica = StartReplica();
  auto again = Connect(*replica, "w-1", /*credits=*/0, {lease});
  again->Complete(lease, "8", /*credits=*/0);
  EXPECT_TRUE(again->Next().has_settled());
  const auto other = Connect(*replica, "w-2");
  const std::string elsewhere = Submit(*replica);
  other->Complete(other->NextJob().lease(), "9");
  Wait(*replica, elsewhere);
  v1::ConnectRequest draining;
  draining.mutable_draining();
  again->Send(draining);
  // An answer to what comes after it says that it was heard.
  again->Complete(lease, "8", /*credits=*/0);
  EXPECT_NE(again->Next().message_case(), v1::ConnectResponse::MESSAGE_NOT_SET);
  again.reset();
  ASSERT_TRUE(Eventually([&] { return !suite_.Lifetimes().empty(); }));
  ASSERT_TRUE(Eventually(
      [&] { return suite_.UsageOf(id).size() == 1 && suite_.UsageOf(elsewhere).size() == 1; }));
  const auto covered = suite_.UsageOf(id)[0];
  EXPECT_TRUE(covered.covered());
  EXPECT_TRUE(covered.warm());
  EXPECT_FALSE(suite_.UsageOf(elsewhere)[0].covered());
  // One lifetime, in several slices if an hour has ended meanwhile.
  const auto slices = suite_.Lifetimes();
  EXPECT_LE(slices.front().start_us(), covered.start_us());
  EXPECT_GE(slices.back().end_us(), covered.end_us());
  for (const auto& slice : slices) {
    EXPECT_EQ(slice.job_id(), slices.front().job_id());
    EXPECT_EQ(slice.worker_id(), "w-1");
    EXPECT_TRUE(slice.warm());
    EXPECT_FALSE(slice.covered());
    EXPECT_EQ(slice.project_id(), project_);
  }
}

TEST_F(SchedulerWorkersTest, AFullQueueTakesNoJobsAndFinishesThoseItHas) {
  const auto replica = StartReplica();
  const auto worker = Connect(*replica, "w-1", /*credits=*/1);
  const std::string running = Submit(*replica);
  const std::string waiting = Submit(*replica);
  const v1::LeaseId lease = worker->NextJob().lease();
  redis::Client admin(*redis::ParseUrl(std::getenv("FURNACE_TEST_REDIS_URL")), {});
  ASSERT_TRUE(admin.SendAndWait({"CONFIG", "SET", "maxmemory", "1"}).ok());

  v1::SubmitRequest request;
  request.set_endpoint_id(endpoint_);
  request.set_input("1");
  v1::SubmitResponse response;
  EXPECT_EQ(replica->jobs().Submit(As().get(), request, &response).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  worker->Complete(lease, "1", /*credits=*/1);
  // What waits is still handed out, settled and relayed.
  v1::LeaseId next;
  for (int i = 0; i < 2; ++i) {
    const v1::ConnectResponse message = worker->Next();
    if (message.has_assignments()) next = message.assignments().jobs(0).lease();
  }
  EXPECT_EQ(next.job_id(), waiting);
  worker->Complete(next, "2");
  EXPECT_EQ(Wait(*replica, running).status(), v1::JOB_STATUS_COMPLETED);
  EXPECT_EQ(Wait(*replica, waiting).status(), v1::JOB_STATUS_COMPLETED);
  EXPECT_TRUE(Eventually([&] { return suite_.UsageOf(waiting).size() == 1; }));

  ASSERT_TRUE(admin.SendAndWait({"CONFIG", "SET", "maxmemory", "0"}).ok());
  EXPECT_TRUE(replica->jobs().Submit(As().get(), request, &response).ok());
}

}  // namespace
}  // namespace furnace::scheduler

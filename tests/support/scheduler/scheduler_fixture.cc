#include "tests/support/scheduler/scheduler_fixture.h"

#include <chrono>
#include <cstdlib>
#include <utility>

#include "absl/time/clock.h"
#include "libs/common/base/check.h"
#include "libs/common/redis/client.h"
#include "libs/common/rpc/client.h"
#include "libs/common/rpc/worker_token.h"
#include "tests/support/scheduler/samples.h"

namespace furnace::scheduler {
namespace {

constexpr char kInternalToken[] = "suite-secret";

Config ReplicaConfig(const std::string& suite_address, absl::Duration lease) {
  Config config;
  config.listen = "127.0.0.1:0";
  config.metrics_listen = "";
  config.internal_token = kInternalToken;
  config.drain_grace = absl::ZeroDuration();
  config.postgres_dsn = std::getenv("FURNACE_TEST_POSTGRES_DSN");
  config.postgres_connections = 4;
  config.redis_url = std::getenv("FURNACE_TEST_REDIS_URL");
  config.registry_address = suite_address;
  config.metering_address = suite_address;
  config.handler_threads = 16;
  config.shards = kTestShards;
  config.lease = lease;
  return config;
}

}  // namespace

Replica::Replica(const std::string& suite_address, absl::Duration lease) {
  Config config = ReplicaConfig(suite_address, lease);
  FURNACE_CHECK(FinishConfig(config).ok());
  absl::StatusOr<std::unique_ptr<Scheduler>> started = Scheduler::Start(config);
  FURNACE_CHECK(started.ok());
  scheduler_ = *std::move(started);
  channel_ = furnace::rpc::Dial("127.0.0.1:" + std::to_string(scheduler_->port()));
  jobs_ = v1::JobService::NewStub(channel_);
}

SchedulerFixture::SchedulerFixture() : project_(NewId()), endpoint_(suite_.AddEndpoint(project_)) {
  redis::Client client(*redis::ParseUrl(std::getenv("FURNACE_TEST_REDIS_URL")), {});
  FURNACE_CHECK(client.SendAndWait({"FLUSHALL"}).ok());
}

std::unique_ptr<grpc::ClientContext> SchedulerFixture::As(const std::string& project_id,
                                                          v1::Role role) const {
  auto context = std::make_unique<grpc::ClientContext>();
  furnace::rpc::CallContext caller;
  caller.deadline = absl::Now() + absl::Minutes(1);
  caller.project_id = project_id.empty() ? project_ : project_id;
  caller.role = role;
  furnace::rpc::PrepareFor(*context,
                           {.internal_token = kInternalToken, .timeout = absl::Minutes(1)}, caller);
  return context;
}

std::string SchedulerFixture::Token(const std::string& worker_id,
                                    const std::string& endpoint_id) const {
  return furnace::rpc::MintWorkerToken(kInternalToken, {.worker_id = worker_id,
                                                        .endpoint_id = endpoint_id,
                                                        .expires = absl::Now() + absl::Hours(1)});
}

std::unique_ptr<WorkerClient> SchedulerFixture::Connect(Replica& replica,
                                                        const std::string& worker_id, int credits,
                                                        std::vector<v1::LeaseId> leases) {
  auto worker = std::make_unique<WorkerClient>(replica.channel(), Token(worker_id, endpoint_));
  worker->Hello({.worker_id = worker_id,
                 .endpoint_id = endpoint_,
                 .credits = credits,
                 .leases = std::move(leases)});
  EXPECT_TRUE(worker->Next().has_welcome());
  return worker;
}

std::string SchedulerFixture::Submit(Replica& replica, const std::string& input) {
  v1::SubmitRequest request;
  request.set_endpoint_id(endpoint_);
  request.set_input(input);
  v1::SubmitResponse response;
  const grpc::Status status = replica.jobs().Submit(As().get(), request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.job().id();
}

v1::Job SchedulerFixture::Get(Replica& replica, const std::string& job_id) {
  v1::GetRequest request;
  request.set_job_id(job_id);
  request.set_include_input(true);
  v1::GetResponse response;
  const grpc::Status status = replica.jobs().Get(As().get(), request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.job();
}

v1::Job SchedulerFixture::Wait(Replica& replica, const std::string& job_id) {
  v1::WaitRequest request;
  request.set_job_id(job_id);
  request.set_wait_ms(50'000);
  v1::WaitResponse response;
  const grpc::Status status = replica.jobs().Wait(As().get(), request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.job();
}

bool SchedulerFixture::Eventually(const std::function<bool()>& ask) {
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (!ask()) {
    if (absl::Now() > deadline) return false;
  }
  return true;
}

}  // namespace furnace::scheduler

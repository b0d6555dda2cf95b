#include "tests/support/gateway_services.h"

#include <openssl/sha.h>

#include "absl/time/clock.h"
#include "libs/common/base/check.h"
#include "libs/common/rpc/client.h"

namespace furnace::gateway::testing {
namespace {

namespace v1 = furnace::v1;

// How long a test waits for what must happen before it fails.
constexpr absl::Duration kPatience = absl::Seconds(30);
// How often a held call looks whether its caller left.
constexpr absl::Duration kGlance = absl::Milliseconds(2);

v1::Job JobOf(const std::string& endpoint_id, const std::string& input, int priority) {
  v1::Job job;
  job.set_id("job-1");
  job.set_endpoint_id(endpoint_id);
  job.set_status(v1::JOB_STATUS_IN_QUEUE);
  job.set_priority(priority);
  job.set_input(input);
  return job;
}

}  // namespace

std::string DigestOf(const std::string& key) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

grpc::Status Stage::Enter(grpc::ServerContext& context, const std::string& method,
                          const google::protobuf::Message& request) {
  See(context, method, request);
  return Stay(context, method);
}

void Stage::See(grpc::ServerContext& context, const std::string& method,
                const google::protobuf::Message& request) {
  SeenCall seen{
      method, {}, request.SerializeAsString(), absl::FromChrono(context.deadline()) - absl::Now()};
  for (const auto& [name, value] : context.client_metadata()) {
    seen.metadata[{name.data(), name.size()}] = {value.data(), value.size()};
  }
  MutexLock lock(mutex_);
  calls_.push_back(std::move(seen));
  changed_.SignalAll();
}

grpc::Status Stage::Stay(grpc::ServerContext& context, const std::string& method) {
  {
    MutexLock lock(mutex_);
    while (held_[method]) {
      if (context.IsCancelled()) {
        ++cancelled_[method];
        changed_.SignalAll();
        return grpc::Status::CANCELLED;
      }
      changed_.WaitFor(mutex_, kGlance);
    }
  }
  return TakeFailure(method);
}

grpc::Status Stage::TakeFailure(const std::string& method) {
  MutexLock lock(mutex_);
  const auto found = failures_.find(method);
  if (found == failures_.end() || found->second.second == 0) return grpc::Status::OK;
  --found->second.second;
  return found->second.first;
}

void Stage::Fail(const std::string& method, const grpc::Status& status, int times) {
  MutexLock lock(mutex_);
  failures_[method] = {status, times};
}

void Stage::Hold(const std::string& method) {
  MutexLock lock(mutex_);
  held_[method] = true;
}

void Stage::Release(const std::string& method) {
  MutexLock lock(mutex_);
  held_[method] = false;
  changed_.SignalAll();
}

std::vector<SeenCall> Stage::calls() const {
  MutexLock lock(mutex_);
  return calls_;
}

void Stage::Await(const std::string& method, std::size_t count) const {
  const absl::Time deadline = absl::Now() + kPatience;
  MutexLock lock(mutex_);
  for (;;) {
    std::size_t seen = 0;
    for (const SeenCall& call : calls_) seen += call.method == method ? 1 : 0;
    if (seen >= count) return;
    FURNACE_CHECK(absl::Now() < deadline);
    changed_.WaitFor(mutex_, kPatience);
  }
}

SeenCall Stage::Last(const std::string& method) const {
  Await(method);
  MutexLock lock(mutex_);
  SeenCall last;
  for (const SeenCall& call : calls_) {
    if (call.method == method) last = call;
  }
  return last;
}

void Stage::NoteCancelled(const std::string& method) {
  MutexLock lock(mutex_);
  ++cancelled_[method];
  changed_.SignalAll();
}

void Stage::AwaitCancelled(const std::string& method) const {
  const absl::Time deadline = absl::Now() + kPatience;
  MutexLock lock(mutex_);
  while (cancelled_.count(method) == 0) {
    FURNACE_CHECK(absl::Now() < deadline);
    changed_.WaitFor(mutex_, kPatience);
  }
}

void FakeJobs::Script(std::vector<v1::WatchResponse> messages, bool endless) {
  MutexLock lock(mutex_);
  script_ = std::move(messages);
  endless_ = endless;
}

v1::Job FakeJobs::JobCalled(const std::string& id) const {
  MutexLock lock(mutex_);
  v1::Job job = job_;
  job.set_id(id);
  return job;
}

void FakeJobs::Put(const v1::Job& job) {
  MutexLock lock(mutex_);
  job_ = job;
}

grpc::Status FakeJobs::Submit(grpc::ServerContext* context, const v1::SubmitRequest* request,
                              v1::SubmitResponse* response) {
  *response->mutable_job() = JobOf(request->endpoint_id(), request->input(), request->priority());
  return stage_.Enter(*context, "Submit", *request);
}

grpc::Status FakeJobs::SubmitBatch(grpc::ServerContext* context,
                                   const v1::SubmitBatchRequest* request,
                                   v1::SubmitBatchResponse* response) {
  for (int i = 0; i < request->jobs_size(); ++i) {
    response->add_job_ids("job-" + std::to_string(i + 1));
  }
  return stage_.Enter(*context, "SubmitBatch", *request);
}

grpc::Status FakeJobs::RunSync(grpc::ServerContext* context, const v1::RunSyncRequest* request,
                               v1::RunSyncResponse* response) {
  *response->mutable_job() = JobOf(request->endpoint_id(), request->input(), request->priority());
  return stage_.Enter(*context, "RunSync", *request);
}

grpc::Status FakeJobs::Get(grpc::ServerContext* context, const v1::GetRequest* request,
                           v1::GetResponse* response) {
  *response->mutable_job() = JobCalled(request->job_id());
  return stage_.Enter(*context, "Get", *request);
}

grpc::Status FakeJobs::List(grpc::ServerContext* context, const v1::ListRequest* request,
                            v1::ListResponse*) {
  return stage_.Enter(*context, "List", *request);
}

grpc::Status FakeJobs::Cancel(grpc::ServerContext* context, const v1::CancelRequest* request,
                              v1::CancelResponse* response) {
  *response->mutable_job() = JobCalled(request->job_id());
  response->mutable_job()->set_status(v1::JOB_STATUS_CANCELLED);
  return stage_.Enter(*context, "Cancel", *request);
}

grpc::Status FakeJobs::Wait(grpc::ServerContext* context, const v1::WaitRequest* request,
                            v1::WaitResponse* response) {
  *response->mutable_job() = JobCalled(request->job_id());
  return stage_.Enter(*context, "Wait", *request);
}

grpc::Status FakeJobs::Purge(grpc::ServerContext* context, const v1::PurgeRequest* request,
                             v1::PurgeResponse* response) {
  response->set_purged(3);
  return stage_.Enter(*context, "Purge", *request);
}

grpc::Status FakeJobs::Redrive(grpc::ServerContext* context, const v1::RedriveRequest* request,
                               v1::RedriveResponse* response) {
  *response->mutable_job() = JobCalled(request->job_id());
  response->mutable_job()->set_status(v1::JOB_STATUS_IN_QUEUE);
  return stage_.Enter(*context, "Redrive", *request);
}

grpc::Status FakeJobs::Watch(grpc::ServerContext* context, const v1::WatchRequest* request,
                             grpc::ServerWriter<v1::WatchResponse>* writer) {
  stage_.See(*context, "Watch", *request);
  std::vector<v1::WatchResponse> script;
  bool endless = false;
  {
    MutexLock lock(mutex_);
    script = script_;
    endless = endless_;
  }
  for (const v1::WatchResponse& message : script) writer->Write(message);
  while (endless && writer->Write(script.back())) {
  }
  if (endless) {
    stage_.NoteCancelled("Watch");
    return grpc::Status::CANCELLED;
  }
  return stage_.Stay(*context, "Watch");
}

grpc::Status FakeEndpoints::CreateEndpoint(grpc::ServerContext* context,
                                           const v1::CreateEndpointRequest* request,
                                           v1::CreateEndpointResponse* response) {
  response->mutable_endpoint()->set_id("endpoint-1");
  *response->mutable_endpoint()->mutable_spec() = request->spec();
  return stage_.Enter(*context, "CreateEndpoint", *request);
}

grpc::Status FakeEndpoints::GetEndpoint(grpc::ServerContext* context,
                                        const v1::GetEndpointRequest* request,
                                        v1::GetEndpointResponse* response) {
  response->mutable_endpoint()->set_id(request->endpoint_id());
  return stage_.Enter(*context, "GetEndpoint", *request);
}

grpc::Status FakeMetering::GetUsage(grpc::ServerContext* context,
                                    const v1::GetUsageRequest* request,
                                    v1::GetUsageResponse* response) {
  response->mutable_total()->set_cost_nanos(9'007'199'254'740'993);
  return stage_.Enter(*context, "GetUsage", *request);
}

grpc::Status FakeInvoices::GetInvoiceDocument(grpc::ServerContext* context,
                                              const v1::GetInvoiceDocumentRequest* request,
                                              v1::Document* response) {
  response->set_content_type("text/csv");
  response->set_file_name("invoice.csv");
  response->set_data("a,\"b\"\r\n");
  return stage_.Enter(*context, "GetInvoiceDocument", *request);
}

grpc::Status FakeCatalog::ResolveApiKey(grpc::ServerContext* context,
                                        const furnace::internal::v1::ResolveApiKeyRequest* request,
                                        furnace::internal::v1::ResolveApiKeyResponse* response) {
  grpc::Status status = stage_.Enter(*context, "ResolveApiKey", *request);
  if (!status.ok()) return status;
  const std::map<std::string, v1::Role> keys = {{DigestOf(kViewerKey), v1::ROLE_VIEWER},
                                                {DigestOf(kRunnerKey), v1::ROLE_RUNNER},
                                                {DigestOf(kAdminKey), v1::ROLE_ADMIN}};
  const auto found = keys.find(request->secret_sha256());
  if (found == keys.end()) return {grpc::StatusCode::NOT_FOUND, "no such key"};
  response->set_project_id("project-1");
  response->set_key_id("key-1");
  response->set_role(found->second);
  return grpc::Status::OK;
}

grpc::Status FakeCatalog::ResolveEndpointName(
    grpc::ServerContext* context, const furnace::internal::v1::ResolveEndpointNameRequest* request,
    furnace::internal::v1::ResolveEndpointNameResponse* response) {
  grpc::Status status = stage_.Enter(*context, "ResolveEndpointName", *request);
  if (!status.ok()) return status;
  if (request->project_id() != "project-1" || request->name() != "echo") {
    return {grpc::StatusCode::NOT_FOUND, "no such endpoint"};
  }
  response->set_endpoint_id(kEchoId);
  return grpc::Status::OK;
}

grpc::Status FakeFleet::GetEndpointHealth(grpc::ServerContext* context,
                                          const v1::GetEndpointHealthRequest* request,
                                          v1::GetEndpointHealthResponse* response) {
  v1::EndpointHealth& health = *response->mutable_health();
  health.mutable_jobs()->set_in_queue(2);
  health.mutable_jobs()->set_completed(1);
  health.mutable_workers()->set_idle(1);
  return stage_.Enter(*context, "GetEndpointHealth", *request);
}

FakeServices::FakeServices() {
  auto server = furnace::rpc::Server::Start(
      {.address = "127.0.0.1:0"}, {&jobs, &endpoints, &metering, &invoices, &fleet, &catalog});
  FURNACE_CHECK(server.ok());
  server_ = *std::move(server);
}

FakeServices::~FakeServices() = default;

std::string FakeServices::address() const { return "127.0.0.1:" + std::to_string(server_->port()); }

std::shared_ptr<grpc::Channel> FakeServices::Connect() const {
  auto channel = furnace::rpc::Dial(address());
  FURNACE_CHECK(channel->WaitForConnected(absl::ToChronoTime(absl::Now() + kPatience)));
  return channel;
}

}  // namespace furnace::gateway::testing

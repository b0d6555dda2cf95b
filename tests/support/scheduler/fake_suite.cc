#include "tests/support/scheduler/fake_suite.h"

#include <algorithm>
#include <utility>

#include "libs/common/base/check.h"
#include "tests/support/scheduler/samples.h"

namespace furnace::scheduler {

FakeSuite::FakeSuite() {
  auto server =
      furnace::rpc::Server::Start({.address = "127.0.0.1:0", .max_threads = 16},
                                  {static_cast<internal::v1::CatalogService::Service*>(this),
                                   static_cast<internal::v1::UsageService::Service*>(this)});
  FURNACE_CHECK(server.ok());
  server_ = *std::move(server);
  address_ = "127.0.0.1:" + std::to_string(server_->port());
}

std::string FakeSuite::AddEndpoint(const std::string& project_id) {
  v1::Endpoint endpoint;
  endpoint.set_id(NewId());
  endpoint.set_project_id(project_id);
  endpoint.set_revision(1);
  v1::EndpointSpec& spec = *endpoint.mutable_spec();
  spec.set_name("echo");
  spec.add_gpu_types("rtx4000");
  spec.set_gpu_count(1);
  spec.set_timeout_seconds(300);
  spec.set_max_workers(10);
  spec.set_idle_timeout_seconds(3600);
  spec.set_scaler_value(4);
  MutexLock lock(mutex_);
  endpoints_.push_back(endpoint);
  return endpoint.id();
}

void FakeSuite::SetMinWorkers(const std::string& endpoint_id, int min_workers) {
  MutexLock lock(mutex_);
  for (v1::Endpoint& endpoint : endpoints_) {
    if (endpoint.id() == endpoint_id) endpoint.mutable_spec()->set_min_workers(min_workers);
  }
}

std::vector<internal::v1::UsageRecord> FakeSuite::Lifetimes() const {
  std::vector<internal::v1::UsageRecord> lifetimes;
  MutexLock lock(mutex_);
  for (const auto& record : usage_) {
    if (record.kind() == internal::v1::USAGE_KIND_WORKER) lifetimes.push_back(record);
  }
  return lifetimes;
}

std::vector<internal::v1::UsageRecord> FakeSuite::UsageOf(const std::string& job_id) const {
  std::vector<internal::v1::UsageRecord> of_job;
  MutexLock lock(mutex_);
  for (const auto& record : usage_) {
    if (record.job_id() == job_id) of_job.push_back(record);
  }
  return of_job;
}

grpc::Status FakeSuite::FindEndpoint(grpc::ServerContext*,
                                     const internal::v1::FindEndpointRequest* request,
                                     internal::v1::FindEndpointResponse* response) {
  MutexLock lock(mutex_);
  for (const v1::Endpoint& endpoint : endpoints_) {
    if (endpoint.id() != request->endpoint_id()) continue;
    *response->mutable_endpoint() = endpoint;
    return grpc::Status::OK;
  }
  return {grpc::StatusCode::NOT_FOUND, "no such endpoint"};
}

grpc::Status FakeSuite::ListEndpointChanges(grpc::ServerContext*,
                                            const internal::v1::ListEndpointChangesRequest* request,
                                            internal::v1::ListEndpointChangesResponse* response) {
  MutexLock lock(mutex_);
  for (auto i = static_cast<std::size_t>(request->cursor()); i < endpoints_.size(); ++i) {
    *response->add_endpoints() = endpoints_[i];
  }
  response->set_next_cursor(static_cast<std::int64_t>(endpoints_.size()));
  return grpc::Status::OK;
}

grpc::Status FakeSuite::RecordUsage(grpc::ServerContext*,
                                    const internal::v1::RecordUsageRequest* request,
                                    internal::v1::RecordUsageResponse*) {
  MutexLock lock(mutex_);
  for (const auto& record : request->records()) {
    const bool known = std::any_of(usage_.begin(), usage_.end(), [&](const auto& other) {
      return other.job_id() == record.job_id() && other.epoch() == record.epoch();
    });
    if (!known) usage_.push_back(record);
  }
  return grpc::Status::OK;
}

}  // namespace furnace::scheduler

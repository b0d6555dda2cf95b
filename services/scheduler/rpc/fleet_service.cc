#include "services/scheduler/rpc/fleet_service.h"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "libs/common/base/status.h"
#include "services/scheduler/rpc/convert.h"

namespace furnace::scheduler::rpc {
namespace {

constexpr int kMaxListed = 1000;

v1::EndpointHealth HealthToProto(const EndpointHealth& health) {
  v1::EndpointHealth proto;
  v1::JobCounts& jobs = *proto.mutable_jobs();
  jobs.set_in_queue(health.in_queue);
  jobs.set_in_progress(health.in_progress);
  jobs.set_completed(health.ended.completed);
  jobs.set_failed(health.ended.failed);
  jobs.set_retried(health.ended.retried);
  v1::WorkerCounts& workers = *proto.mutable_workers();
  for (const auto& [state, count] : health.workers) {
    switch (state) {
      case WorkerState::kStarting: workers.set_starting(count); break;
      case WorkerState::kIdle: workers.set_idle(count); break;
      case WorkerState::kRunning: workers.set_running(count); break;
      case WorkerState::kDraining: workers.set_draining(count); break;
    }
  }
  return proto;
}

}  // namespace

absl::StatusOr<v1::ListWorkersResponse> FleetHandlers::ListWorkers(
    const furnace::rpc::CallContext& call, const v1::ListWorkersRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, furnace::rpc::ProjectOf(call));
  if (!request.endpoint_id().empty()) {
    FURNACE_RETURN_IF_ERROR(CheckUuid("endpoint_id", request.endpoint_id()));
    FURNACE_RETURN_IF_ERROR(catalog_.FindFor(project_id, request.endpoint_id()).status());
  }
  v1::ListWorkersResponse response;
  for (const FleetWorker& worker : fleet_.Workers()) {
    const EndpointPtr endpoint = catalog_.Cached(worker.endpoint_id);
    const bool own = endpoint != nullptr && endpoint->project_id == project_id;
    const bool asked = request.endpoint_id().empty() || request.endpoint_id() == worker.endpoint_id;
    if (own && asked && response.workers_size() < kMaxListed) {
      *response.add_workers() = ToProto(worker);
    }
  }
  return response;
}

absl::StatusOr<v1::ListGpusResponse> FleetHandlers::ListGpus(const furnace::rpc::CallContext& call,
                                                             const v1::ListGpusRequest&) {
  FURNACE_RETURN_IF_ERROR(furnace::rpc::ProjectOf(call).status());
  std::vector<GpuPool> pools = fleet_.Gpus();
  std::sort(pools.begin(), pools.end(),
            [](const GpuPool& a, const GpuPool& b) { return a.gpu_type < b.gpu_type; });
  v1::ListGpusResponse response;
  for (const GpuPool& pool : pools) *response.add_gpus() = ToProto(pool);
  return response;
}

absl::StatusOr<v1::GetEndpointHealthResponse> FleetHandlers::GetEndpointHealth(
    const furnace::rpc::CallContext& call, const v1::GetEndpointHealthRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, furnace::rpc::ProjectOf(call));
  FURNACE_RETURN_IF_ERROR(CheckUuid("endpoint_id", request.endpoint_id()));
  FURNACE_RETURN_IF_ERROR(catalog_.FindFor(project_id, request.endpoint_id()).status());
  FURNACE_ASSIGN_OR_RETURN(const EndpointHealth health, health_.Read(request.endpoint_id()));
  v1::GetEndpointHealthResponse response;
  *response.mutable_health() = HealthToProto(health);
  return response;
}

grpc::Status FleetService::ListWorkers(grpc::ServerContext* context,
                                       const v1::ListWorkersRequest* request,
                                       v1::ListWorkersResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&FleetHandlers::ListWorkers, &handlers_));
}

grpc::Status FleetService::ListGpus(grpc::ServerContext* context,
                                    const v1::ListGpusRequest* request,
                                    v1::ListGpusResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&FleetHandlers::ListGpus, &handlers_));
}

grpc::Status FleetService::GetEndpointHealth(grpc::ServerContext* context,
                                             const v1::GetEndpointHealthRequest* request,
                                             v1::GetEndpointHealthResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&FleetHandlers::GetEndpointHealth, &handlers_));
}

}  // namespace furnace::scheduler::rpc

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

}  // namespace furnace::scheduler::rpc

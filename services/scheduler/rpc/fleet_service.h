#pragma once

#include "furnace/v1/fleet_service.grpc.pb.h"
#include "libs/common/rpc/unary.h"
#include "services/scheduler/app/endpoint_catalog.h"
#include "services/scheduler/app/endpoint_health.h"
#include "services/scheduler/app/fleet.h"

namespace furnace::scheduler::rpc {

/// FleetService as plain functions.
class FleetHandlers {
 public:
  FleetHandlers(Fleet& fleet, EndpointCatalog& catalog, HealthReader& health)
      : fleet_(fleet), catalog_(catalog), health_(health) {}

  absl::StatusOr<v1::ListWorkersResponse> ListWorkers(const furnace::rpc::CallContext& call,
                                                      const v1::ListWorkersRequest& request);
  absl::StatusOr<v1::ListGpusResponse> ListGpus(const furnace::rpc::CallContext& call,
                                                const v1::ListGpusRequest& request);
  absl::StatusOr<v1::GetEndpointHealthResponse> GetEndpointHealth(
      const furnace::rpc::CallContext& call, const v1::GetEndpointHealthRequest& request);

 private:
  Fleet& fleet_;
  EndpointCatalog& catalog_;
  HealthReader& health_;
};

/// The gRPC face of FleetHandlers.
class FleetService final : public v1::FleetService::Service {
 public:
  FleetService(const furnace::rpc::Gate& gate, FleetHandlers& handlers)
      : gate_(gate), handlers_(handlers) {}

  grpc::Status ListWorkers(grpc::ServerContext* context, const v1::ListWorkersRequest* request,
                           v1::ListWorkersResponse* response) override;
  grpc::Status ListGpus(grpc::ServerContext* context, const v1::ListGpusRequest* request,
                        v1::ListGpusResponse* response) override;
  grpc::Status GetEndpointHealth(grpc::ServerContext* context,
                                 const v1::GetEndpointHealthRequest* request,
                                 v1::GetEndpointHealthResponse* response) override;

 private:
  const furnace::rpc::Gate& gate_;
  FleetHandlers& handlers_;
};

}  // namespace furnace::scheduler::rpc

#pragma once

#include "furnace/v1/endpoint_service.grpc.pb.h"
#include "libs/common/rpc/call_context.h"
#include "services/registry/rpc/endpoint_handlers.h"

namespace furnace::registry::rpc {

/// The gRPC face of EndpointHandlers: one line per method. Thread-safe.
class EndpointService final : public v1::EndpointService::Service {
 public:
  EndpointService(const furnace::rpc::Gate& gate, EndpointHandlers& handlers)
      : gate_(gate), handlers_(handlers) {}

  grpc::Status CreateEndpoint(grpc::ServerContext* context,
                              const v1::CreateEndpointRequest* request,
                              v1::CreateEndpointResponse* response) override;
  grpc::Status GetEndpoint(grpc::ServerContext* context, const v1::GetEndpointRequest* request,
                           v1::GetEndpointResponse* response) override;
  grpc::Status ListEndpoints(grpc::ServerContext* context, const v1::ListEndpointsRequest* request,
                             v1::ListEndpointsResponse* response) override;
  grpc::Status UpdateEndpoint(grpc::ServerContext* context,
                              const v1::UpdateEndpointRequest* request,
                              v1::UpdateEndpointResponse* response) override;
  grpc::Status DeleteEndpoint(grpc::ServerContext* context,
                              const v1::DeleteEndpointRequest* request,
                              v1::DeleteEndpointResponse* response) override;
  grpc::Status PauseEndpoint(grpc::ServerContext* context, const v1::PauseEndpointRequest* request,
                             v1::PauseEndpointResponse* response) override;
  grpc::Status ResumeEndpoint(grpc::ServerContext* context,
                              const v1::ResumeEndpointRequest* request,
                              v1::ResumeEndpointResponse* response) override;

 private:
  const furnace::rpc::Gate& gate_;
  EndpointHandlers& handlers_;
};

}  // namespace furnace::registry::rpc

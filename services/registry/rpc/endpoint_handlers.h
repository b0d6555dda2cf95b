#pragma once

#include "absl/status/statusor.h"
#include "furnace/v1/endpoint_service.pb.h"
#include "libs/common/rpc/call_context.h"
#include "services/registry/app/endpoints.h"

namespace furnace::registry::rpc {

/// EndpointService as plain functions. The call must carry the caller that the gateway
/// authenticated.
class EndpointHandlers {
 public:
  explicit EndpointHandlers(Endpoints& endpoints) : endpoints_(endpoints) {}

  absl::StatusOr<v1::CreateEndpointResponse> CreateEndpoint(
      const furnace::rpc::CallContext& call, const v1::CreateEndpointRequest& request);
  absl::StatusOr<v1::GetEndpointResponse> GetEndpoint(const furnace::rpc::CallContext& call,
                                                      const v1::GetEndpointRequest& request);
  absl::StatusOr<v1::ListEndpointsResponse> ListEndpoints(const furnace::rpc::CallContext& call,
                                                          const v1::ListEndpointsRequest& request);
  absl::StatusOr<v1::UpdateEndpointResponse> UpdateEndpoint(
      const furnace::rpc::CallContext& call, const v1::UpdateEndpointRequest& request);
  absl::StatusOr<v1::DeleteEndpointResponse> DeleteEndpoint(
      const furnace::rpc::CallContext& call, const v1::DeleteEndpointRequest& request);
  absl::StatusOr<v1::PauseEndpointResponse> PauseEndpoint(const furnace::rpc::CallContext& call,
                                                          const v1::PauseEndpointRequest& request);
  absl::StatusOr<v1::ResumeEndpointResponse> ResumeEndpoint(
      const furnace::rpc::CallContext& call, const v1::ResumeEndpointRequest& request);

 private:
  Endpoints& endpoints_;
};

}  // namespace furnace::registry::rpc

#include "services/registry/rpc/endpoint_handlers.h"

#include "libs/common/base/status.h"
#include "services/registry/rpc/convert.h"
#include "services/registry/rpc/convert_endpoint.h"

namespace furnace::registry::rpc {

absl::StatusOr<v1::CreateEndpointResponse> EndpointHandlers::CreateEndpoint(
    const furnace::rpc::CallContext& call, const v1::CreateEndpointRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const Caller caller, CallerOf(call, Role::kDeveloper));
  FURNACE_ASSIGN_OR_RETURN(const EndpointDraft draft, FromProto(request.spec()));
  FURNACE_ASSIGN_OR_RETURN(const Endpoint endpoint, endpoints_.Create(caller.project_id, draft));
  v1::CreateEndpointResponse response;
  *response.mutable_endpoint() = ToProto(endpoint);
  return response;
}

absl::StatusOr<v1::GetEndpointResponse> EndpointHandlers::GetEndpoint(
    const furnace::rpc::CallContext& call, const v1::GetEndpointRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const Caller caller, CallerOf(call, Role::kViewer));
  FURNACE_ASSIGN_OR_RETURN(const Endpoint endpoint,
                           endpoints_.Get(caller.project_id, request.endpoint_id()));
  v1::GetEndpointResponse response;
  *response.mutable_endpoint() = ToProto(endpoint);
  return response;
}

absl::StatusOr<v1::ListEndpointsResponse> EndpointHandlers::ListEndpoints(
    const furnace::rpc::CallContext& call, const v1::ListEndpointsRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const Caller caller, CallerOf(call, Role::kViewer));
  FURNACE_ASSIGN_OR_RETURN(
      const EndpointPage page,
      endpoints_.List(caller.project_id, request.page_size(), request.page_token()));
  v1::ListEndpointsResponse response;
  for (const Endpoint& endpoint : page.endpoints) *response.add_endpoints() = ToProto(endpoint);
  response.set_next_page_token(page.next_page_token);
  return response;
}

absl::StatusOr<v1::UpdateEndpointResponse> EndpointHandlers::UpdateEndpoint(
    const furnace::rpc::CallContext& call, const v1::UpdateEndpointRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const Caller caller, CallerOf(call, Role::kDeveloper));
  FURNACE_ASSIGN_OR_RETURN(const EndpointDraft draft, FromProto(request.spec()));
  FURNACE_ASSIGN_OR_RETURN(const Endpoint endpoint,
                           endpoints_.Update(caller.project_id, request.endpoint_id(), draft));
  v1::UpdateEndpointResponse response;
  *response.mutable_endpoint() = ToProto(endpoint);
  return response;
}

absl::StatusOr<v1::DeleteEndpointResponse> EndpointHandlers::DeleteEndpoint(
    const furnace::rpc::CallContext& call, const v1::DeleteEndpointRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const Caller caller, CallerOf(call, Role::kDeveloper));
  FURNACE_ASSIGN_OR_RETURN(const Endpoint endpoint,
                           endpoints_.Delete(caller.project_id, request.endpoint_id()));
  v1::DeleteEndpointResponse response;
  *response.mutable_endpoint() = ToProto(endpoint);
  return response;
}

absl::StatusOr<v1::PauseEndpointResponse> EndpointHandlers::PauseEndpoint(
    const furnace::rpc::CallContext& call, const v1::PauseEndpointRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const Caller caller, CallerOf(call, Role::kDeveloper));
  FURNACE_ASSIGN_OR_RETURN(const Endpoint endpoint,
                           endpoints_.Pause(caller.project_id, request.endpoint_id()));
  v1::PauseEndpointResponse response;
  *response.mutable_endpoint() = ToProto(endpoint);
  return response;
}

absl::StatusOr<v1::ResumeEndpointResponse> EndpointHandlers::ResumeEndpoint(
    const furnace::rpc::CallContext& call, const v1::ResumeEndpointRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const Caller caller, CallerOf(call, Role::kDeveloper));
  FURNACE_ASSIGN_OR_RETURN(const Endpoint endpoint,
                           endpoints_.Resume(caller.project_id, request.endpoint_id()));
  v1::ResumeEndpointResponse response;
  *response.mutable_endpoint() = ToProto(endpoint);
  return response;
}

}  // namespace furnace::registry::rpc

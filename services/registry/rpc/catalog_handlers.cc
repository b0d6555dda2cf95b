#include "services/registry/rpc/catalog_handlers.h"

#include "libs/common/base/status.h"
#include "services/registry/rpc/convert.h"
#include "services/registry/rpc/convert_endpoint.h"

namespace furnace::registry::rpc {

absl::StatusOr<internal::v1::ResolveApiKeyResponse> CatalogHandlers::ResolveApiKey(
    const furnace::rpc::CallContext&, const internal::v1::ResolveApiKeyRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const ApiKey key, keys_.Resolve(request.secret_sha256()));
  internal::v1::ResolveApiKeyResponse response;
  response.set_project_id(key.project_id);
  response.set_key_id(key.id);
  response.set_role(ToProto(key.role));
  return response;
}

absl::StatusOr<internal::v1::FindEndpointResponse> CatalogHandlers::FindEndpoint(
    const furnace::rpc::CallContext&, const internal::v1::FindEndpointRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const Endpoint endpoint, endpoints_.Find(request.endpoint_id()));
  internal::v1::FindEndpointResponse response;
  *response.mutable_endpoint() = ToProto(endpoint);
  return response;
}

absl::StatusOr<internal::v1::ResolveEndpointNameResponse> CatalogHandlers::ResolveEndpointName(
    const furnace::rpc::CallContext&, const internal::v1::ResolveEndpointNameRequest& request) {
  internal::v1::ResolveEndpointNameResponse response;
  FURNACE_ASSIGN_OR_RETURN(*response.mutable_endpoint_id(),
                           endpoints_.FindId(request.project_id(), request.name()));
  return response;
}

absl::StatusOr<internal::v1::ListEndpointChangesResponse> CatalogHandlers::ListEndpointChanges(
    const furnace::rpc::CallContext&, const internal::v1::ListEndpointChangesRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const EndpointChanges changes,
                           endpoints_.ListChanges(request.cursor(), request.limit()));
  internal::v1::ListEndpointChangesResponse response;
  for (const Endpoint& endpoint : changes.endpoints) *response.add_endpoints() = ToProto(endpoint);
  response.set_next_cursor(changes.next_cursor);
  return response;
}

absl::StatusOr<internal::v1::ListQuotasResponse> CatalogHandlers::ListQuotas(
    const furnace::rpc::CallContext&, const internal::v1::ListQuotasRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::vector<Project> projects,
                           projects_.ListWithQuota(request.after_project_id(), request.limit()));
  internal::v1::ListQuotasResponse response;
  for (const Project& project : projects) {
    internal::v1::ListQuotasResponse::Entry& entry = *response.add_entries();
    entry.set_project_id(project.id);
    *entry.mutable_quota() = ToProto(project.quota);
  }
  return response;
}

}  // namespace furnace::registry::rpc

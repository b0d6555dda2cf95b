#pragma once

#include "absl/status/statusor.h"
#include "furnace/internal/v1/catalog_service.pb.h"
#include "libs/common/rpc/call_context.h"
#include "services/registry/app/api_keys.h"
#include "services/registry/app/endpoints.h"
#include "services/registry/app/projects.h"

namespace furnace::registry::rpc {

/// CatalogService as plain functions. For calls of the suite itself: no caller is asked for.
class CatalogHandlers {
 public:
  CatalogHandlers(ApiKeys& keys, Endpoints& endpoints, Projects& projects)
      : keys_(keys), endpoints_(endpoints), projects_(projects) {}

  absl::StatusOr<internal::v1::ResolveApiKeyResponse> ResolveApiKey(
      const furnace::rpc::CallContext& call, const internal::v1::ResolveApiKeyRequest& request);
  absl::StatusOr<internal::v1::FindEndpointResponse> FindEndpoint(
      const furnace::rpc::CallContext& call, const internal::v1::FindEndpointRequest& request);
  absl::StatusOr<internal::v1::ResolveEndpointNameResponse> ResolveEndpointName(
      const furnace::rpc::CallContext& call,
      const internal::v1::ResolveEndpointNameRequest& request);
  absl::StatusOr<internal::v1::ListEndpointChangesResponse> ListEndpointChanges(
      const furnace::rpc::CallContext& call,
      const internal::v1::ListEndpointChangesRequest& request);
  absl::StatusOr<internal::v1::ListQuotasResponse> ListQuotas(
      const furnace::rpc::CallContext& call, const internal::v1::ListQuotasRequest& request);

 private:
  ApiKeys& keys_;
  Endpoints& endpoints_;
  Projects& projects_;
};

}  // namespace furnace::registry::rpc

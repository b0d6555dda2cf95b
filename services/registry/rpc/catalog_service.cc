#include "services/registry/rpc/catalog_service.h"

#include <functional>

#include "libs/common/rpc/unary.h"

namespace furnace::registry::rpc {

grpc::Status CatalogService::ResolveApiKey(grpc::ServerContext* context,
                                           const internal::v1::ResolveApiKeyRequest* request,
                                           internal::v1::ResolveApiKeyResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&CatalogHandlers::ResolveApiKey, &handlers_));
}

grpc::Status CatalogService::FindEndpoint(grpc::ServerContext* context,
                                          const internal::v1::FindEndpointRequest* request,
                                          internal::v1::FindEndpointResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&CatalogHandlers::FindEndpoint, &handlers_));
}

grpc::Status CatalogService::ResolveEndpointName(
    grpc::ServerContext* context, const internal::v1::ResolveEndpointNameRequest* request,
    internal::v1::ResolveEndpointNameResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&CatalogHandlers::ResolveEndpointName, &handlers_));
}

grpc::Status CatalogService::ListEndpointChanges(
    grpc::ServerContext* context, const internal::v1::ListEndpointChangesRequest* request,
    internal::v1::ListEndpointChangesResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&CatalogHandlers::ListEndpointChanges, &handlers_));
}

grpc::Status CatalogService::ListQuotas(grpc::ServerContext* context,
                                        const internal::v1::ListQuotasRequest* request,
                                        internal::v1::ListQuotasResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&CatalogHandlers::ListQuotas, &handlers_));
}

}  // namespace furnace::registry::rpc

#pragma once

#include "furnace/internal/v1/catalog_service.grpc.pb.h"
#include "libs/common/rpc/call_context.h"
#include "services/registry/rpc/catalog_handlers.h"

namespace furnace::registry::rpc {

/// The gRPC face of CatalogHandlers: one line per method. Thread-safe.
class CatalogService final : public internal::v1::CatalogService::Service {
 public:
  CatalogService(const furnace::rpc::Gate& gate, CatalogHandlers& handlers)
      : gate_(gate), handlers_(handlers) {}

  grpc::Status ResolveApiKey(grpc::ServerContext* context,
                             const internal::v1::ResolveApiKeyRequest* request,
                             internal::v1::ResolveApiKeyResponse* response) override;
  grpc::Status FindEndpoint(grpc::ServerContext* context,
                            const internal::v1::FindEndpointRequest* request,
                            internal::v1::FindEndpointResponse* response) override;
  grpc::Status ResolveEndpointName(grpc::ServerContext* context,
                                   const internal::v1::ResolveEndpointNameRequest* request,
                                   internal::v1::ResolveEndpointNameResponse* response) override;
  grpc::Status ListEndpointChanges(grpc::ServerContext* context,
                                   const internal::v1::ListEndpointChangesRequest* request,
                                   internal::v1::ListEndpointChangesResponse* response) override;
  grpc::Status ListQuotas(grpc::ServerContext* context,
                          const internal::v1::ListQuotasRequest* request,
                          internal::v1::ListQuotasResponse* response) override;

 private:
  const furnace::rpc::Gate& gate_;
  CatalogHandlers& handlers_;
};

}  // namespace furnace::registry::rpc

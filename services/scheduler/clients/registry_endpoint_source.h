#pragma once

#include <memory>
#include <string>

#include "furnace/internal/v1/catalog_service.grpc.pb.h"
#include "libs/common/rpc/client.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// Endpoints from furnace-registry. Thread-safe.
class RegistryEndpointSource final : public EndpointSource {
 public:
  RegistryEndpointSource(std::shared_ptr<grpc::Channel> channel, furnace::rpc::CallOptions options)
      : stub_(internal::v1::CatalogService::NewStub(std::move(channel))),
        options_(std::move(options)) {}

  absl::StatusOr<Endpoint> Find(const std::string& endpoint_id) override;
  absl::StatusOr<EndpointChanges> ChangesSince(std::int64_t cursor) override;

 private:
  const std::unique_ptr<internal::v1::CatalogService::Stub> stub_;
  const furnace::rpc::CallOptions options_;
};

}  // namespace furnace::scheduler

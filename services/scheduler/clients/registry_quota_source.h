#pragma once

#include <map>
#include <memory>
#include <string>

#include "furnace/internal/v1/catalog_service.grpc.pb.h"
#include "libs/common/rpc/client.h"
#include "services/scheduler/app/project_quotas.h"

namespace furnace::scheduler {

/// Quotas from furnace-registry. Thread-safe.
class RegistryQuotaSource final : public QuotaSource {
 public:
  RegistryQuotaSource(std::shared_ptr<grpc::Channel> channel, furnace::rpc::CallOptions options)
      : stub_(internal::v1::CatalogService::NewStub(std::move(channel))),
        options_(std::move(options)) {}

  absl::StatusOr<std::map<std::string, ProjectQuota>> Quotas() override;

 private:
  const std::unique_ptr<internal::v1::CatalogService::Stub> stub_;
  const furnace::rpc::CallOptions options_;
};

}  // namespace furnace::scheduler

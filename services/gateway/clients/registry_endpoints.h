#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "furnace/internal/v1/catalog_service.grpc.pb.h"
#include "libs/common/rpc/client.h"
#include "libs/common/rpc/completion.h"
#include "services/gateway/app/ports.h"

namespace furnace::gateway {

/// The registry's knowledge of endpoints' names, over gRPC.
class RegistryEndpoints final : public EndpointDirectory {
 public:
  /// As RegistryKeys.
  RegistryEndpoints(const std::shared_ptr<grpc::Channel>& channel,
                    furnace::rpc::CompletionThreads& completions, std::string internal_token);

  void Resolve(const std::string& project_id, const std::string& name, Done done) override;

 private:
  const std::unique_ptr<furnace::internal::v1::CatalogService::Stub> stub_;
  furnace::rpc::CompletionThreads& completions_;
  const furnace::rpc::CallOptions options_;
};

}  // namespace furnace::gateway

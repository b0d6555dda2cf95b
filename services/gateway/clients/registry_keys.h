#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "furnace/internal/v1/catalog_service.grpc.pb.h"
#include "libs/common/rpc/client.h"
#include "libs/common/rpc/completion.h"
#include "services/gateway/app/ports.h"

namespace furnace::gateway {

/// The registry's knowledge of API keys, over gRPC.
class RegistryKeys final : public KeyDirectory {
 public:
  /// When `completions` end, lookups under way fail with UNAVAILABLE; new ones must
  /// not be made.
  RegistryKeys(const std::shared_ptr<grpc::Channel>& channel,
               furnace::rpc::CompletionThreads& completions, std::string internal_token);

  void Resolve(const std::string& key_sha256, Done done) override;

 private:
  const std::unique_ptr<furnace::internal::v1::CatalogService::Stub> stub_;
  furnace::rpc::CompletionThreads& completions_;
  const furnace::rpc::CallOptions options_;
};

}  // namespace furnace::gateway

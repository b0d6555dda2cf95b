#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/completion_queue.h>

#include <memory>
#include <string>

#include "furnace/internal/v1/catalog_service.grpc.pb.h"
#include "libs/common/rpc/client.h"
#include "services/gateway/app/ports.h"

namespace furnace::gateway {

/// The registry's knowledge of API keys, over gRPC.
class RegistryKeys final : public KeyDirectory {
 public:
  /// `queue` has threads that run its tags (rpc::CompletionThreads) and outlives
  /// this.
  RegistryKeys(const std::shared_ptr<grpc::Channel>& channel, grpc::CompletionQueue& queue,
               std::string internal_token);

  void Resolve(const std::string& key_sha256, Done done) override;

 private:
  const std::unique_ptr<furnace::internal::v1::CatalogService::Stub> stub_;
  grpc::CompletionQueue& queue_;
  const furnace::rpc::CallOptions options_;
};

}  // namespace furnace::gateway

#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "services/gateway/clients/grpc_backends.h"

namespace furnace::gateway {

/// The connections to the services behind the gateway.
class Channels {
 public:
  Channels(const std::string& scheduler_address, const std::string& registry_address,
           const std::string& metering_address);

  const std::shared_ptr<grpc::Channel>& registry() const { return registry_; }

  /// Every public service's channel.
  GrpcBackends::Channels ByService() const;

  /// Whether the services that clients cannot do without are connected: scheduler
  /// and registry. Without metering jobs still run. Connects what is not.
  bool AreReady() const;

 private:
  const std::shared_ptr<grpc::Channel> scheduler_;
  const std::shared_ptr<grpc::Channel> registry_;
  const std::shared_ptr<grpc::Channel> metering_;
};

}  // namespace furnace::gateway

#include "services/gateway/clients/channels.h"

#include "libs/common/rpc/client.h"
#include "services/gateway/wire/methods.h"

namespace furnace::gateway {

Channels::Channels(const std::string& scheduler_address, const std::string& registry_address,
                   const std::string& metering_address)
    : scheduler_(furnace::rpc::Dial(scheduler_address)),
      registry_(furnace::rpc::Dial(registry_address)),
      metering_(furnace::rpc::Dial(metering_address)) {}

GrpcBackends::Channels Channels::ByService() const {
  GrpcBackends::Channels channels;
  for (const wire::Service& service : wire::PublicServices()) {
    auto& channel = channels[service.descriptor->full_name()];
    switch (service.home) {
      case wire::Home::kScheduler: channel = scheduler_; break;
      case wire::Home::kRegistry: channel = registry_; break;
      case wire::Home::kMetering: channel = metering_; break;
    }
  }
  return channels;
}

bool Channels::AreReady() const {
  const auto is_ready = [](grpc::Channel& channel) {
    return channel.GetState(/*try_to_connect=*/true) == GRPC_CHANNEL_READY;
  };
  // Both are asked, so that both connect.
  const bool scheduler = is_ready(*scheduler_);
  const bool registry = is_ready(*registry_);
  return scheduler && registry;
}

}  // namespace furnace::gateway

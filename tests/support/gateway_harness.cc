#include "tests/support/gateway_harness.h"

#include "libs/common/base/check.h"

namespace furnace::gateway::testing {

GatewayHarness::GatewayHarness(const http::ServerLimits& limits)
    : completions_(std::make_unique<furnace::rpc::CompletionThreads>(
          std::make_unique<grpc::CompletionQueue>(), 2)) {
  const auto channel = services.Connect();
  keys_ = std::make_unique<RegistryKeys>(channel, *completions_, kToken);
  endpoints_ = std::make_unique<RegistryEndpoints>(channel, *completions_, kToken);
  endpoint_names_ = std::make_unique<EndpointNames>(*endpoints_, clock_);
  GrpcBackends::Channels channels;
  for (const wire::Service& service : wire::PublicServices()) {
    channels[service.descriptor->full_name()] = channel;
  }
  backends_ = std::make_unique<GrpcBackends>(channels, *completions_, kToken);
  authenticator_ = std::make_unique<Authenticator>(*keys_, clock_, KeyCachePolicy{});
  api_ = std::make_unique<http::Api>(*backends_, *endpoint_names_,
                                     OutputLinkSettings{.secret = "s"},
                                     [this] { return draining_.load(); });
  FURNACE_CHECK(api_->Build().ok());
  front_ = std::make_unique<http::Front>(api_->router(), *authenticator_);
  front_door_ = std::make_unique<FrontDoor>(*authenticator_, *backends_);

  auto http = http::Server::Start({.address = "127.0.0.1:0", .limits = limits}, *front_);
  FURNACE_CHECK(http.ok());
  http_ = *std::move(http);
  auto grpc = furnace::rpc::Server::Start({.address = "127.0.0.1:0"}, front_door_->services(),
                                          front_door_->methods());
  FURNACE_CHECK(grpc.ok());
  grpc_ = *std::move(grpc);
}

GatewayHarness::~GatewayHarness() {
  BeginDrain();
  FinishDrain(absl::ZeroDuration());
}

std::string GatewayHarness::grpc_address() const {
  return "127.0.0.1:" + std::to_string(grpc_->port());
}

void GatewayHarness::BeginDrain() {
  draining_ = true;
  http_->BeginDrain();
}

void GatewayHarness::FinishDrain(absl::Duration grace) {
  if (completions_ == nullptr) return;
  grpc_->Drain(grace);
  http_->FinishDrain(grace);
  api_->Stop();
  completions_.reset();
}

}  // namespace furnace::gateway::testing

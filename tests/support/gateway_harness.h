#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "libs/common/base/clock.h"
#include "libs/common/rpc/completion.h"
#include "libs/common/rpc/server.h"
#include "services/gateway/app/authenticator.h"
#include "services/gateway/app/endpoint_names.h"
#include "services/gateway/clients/grpc_backends.h"
#include "services/gateway/clients/registry_endpoints.h"
#include "services/gateway/clients/registry_keys.h"
#include "services/gateway/http/api.h"
#include "services/gateway/http/front.h"
#include "services/gateway/http/server.h"
#include "services/gateway/rpc/front_door.h"
#include "tests/support/gateway_services.h"

namespace furnace::gateway::testing {

/// The whole gateway in front of played services, on ports of its own.
class GatewayHarness {
 public:
  explicit GatewayHarness(const http::ServerLimits& limits = {});
  ~GatewayHarness();

  int http_port() const { return http_->port(); }
  std::string grpc_address() const;
  http::Server& http() { return *http_; }
  Stage& stage() { return services.stage; }

  void BeginDrain();
  void FinishDrain(absl::Duration grace);

  FakeServices services;

 private:
  const SystemClock clock_;
  std::unique_ptr<furnace::rpc::CompletionThreads> completions_;
  std::unique_ptr<RegistryKeys> keys_;
  std::unique_ptr<RegistryEndpoints> endpoints_;
  std::unique_ptr<GrpcBackends> backends_;
  std::unique_ptr<Authenticator> authenticator_;
  std::unique_ptr<EndpointNames> endpoint_names_;
  std::atomic<bool> draining_ = false;
  std::unique_ptr<http::Api> api_;
  std::unique_ptr<http::Front> front_;
  std::unique_ptr<FrontDoor> front_door_;
  std::unique_ptr<http::Server> http_;
  std::unique_ptr<furnace::rpc::Server> grpc_;
};

}  // namespace furnace::gateway::testing

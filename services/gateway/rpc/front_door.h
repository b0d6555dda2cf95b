#pragma once

#include <memory>
#include <vector>

#include "libs/common/rpc/async_call.h"
#include "services/gateway/app/authenticator.h"
#include "services/gateway/app/ports.h"
#include "services/gateway/rpc/front_call.h"
#include "services/gateway/rpc/front_service.h"

namespace furnace::gateway {

/// The public services for clients that speak gRPC: lets in who has an API key and
/// the role, and passes the bytes on. The key is in the metadata "authorization"
/// ("Bearer fk_...") or "x-api-key"; metadata of ours is not taken from outside.
class FrontDoor {
 public:
  /// Calls served at a time; further ones are refused with RESOURCE_EXHAUSTED.
  static constexpr int kMaxCalls = 10'000;

  /// Both outlive this.
  FrontDoor(Authenticator& authenticator, Backends& backends);

  /// What to start an rpc::Server with; owned by this.
  std::vector<grpc::Service*> services() const;
  std::vector<furnace::rpc::AsyncMethod*> methods() const;

 private:
  void Serve(const wire::Method& method, const std::shared_ptr<FrontCall>& call);

  Authenticator& authenticator_;
  Backends& backends_;
  std::vector<std::unique_ptr<FrontService>> services_;
  std::vector<std::unique_ptr<furnace::rpc::AsyncMethod>> listeners_;
};

}  // namespace furnace::gateway

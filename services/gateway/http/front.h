#pragma once

#include <memory>

#include "services/gateway/app/authenticator.h"
#include "services/gateway/http/exchange.h"
#include "services/gateway/http/router.h"

namespace furnace::gateway::http {

/// What every request goes through before its route serves it: it must have a
/// route, a credential whose role suffices, and a body of JSON within the limit.
/// The body is read last, so that nobody without a key can send one.
class Front final : public Handler {
 public:
  /// Both outlive this.
  Front(const Router& router, Authenticator& authenticator)
      : router_(router), authenticator_(authenticator) {}

  void Handle(std::shared_ptr<Exchange> exchange) override;

 private:
  const Router& router_;
  Authenticator& authenticator_;
};

}  // namespace furnace::gateway::http

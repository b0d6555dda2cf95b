#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/worker/app/agent.h"
#include "services/worker/http/event_loop.h"
#include "services/worker/http/gate.h"

namespace furnace::worker {

/// The RunPod worker protocol on loopback, for the handler.
///
/// Takes are left open until there is a job, for SdkPolicy::hold at most, and never
/// answered with an error, since SDKs come back at once. Reports are answered 200
/// whatever they hold, since SDKs do not repeat those that are refused; 503 asks
/// for a repetition.
class Listener {
 public:
  /// Listens on a free port of 127.0.0.1. UNAVAILABLE when that fails. All
  /// arguments must outlive the loop's last event.
  static absl::StatusOr<std::unique_ptr<Listener>> Start(EventLoop& loop, Agent& agent,
                                                         const Gate& gate);
  ~Listener();

  /// "http://127.0.0.1:<port>".
  std::string base_url() const;

 private:
  class Acceptor;
  explicit Listener(std::shared_ptr<Acceptor> acceptor);

  std::shared_ptr<Acceptor> acceptor_;
};

}  // namespace furnace::worker

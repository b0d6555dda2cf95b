#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/gateway/http/session.h"

namespace furnace::gateway::http {

/// A listening HTTP server.
class Server {
 public:
  struct Options {
    std::string address;  // "host:port"; port 0 picks a free one.
    int threads = 2;
    ServerLimits limits;
  };

  /// Starts to accept. UNAVAILABLE when the address cannot be bound,
  /// INVALID_ARGUMENT when it is none. `handler` outlives the server.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const Options& options, Handler& handler);
  /// Stops at once. No exchange may be held any more.
  ~Server();

  int port() const;

  /// Connections open now.
  std::size_t connections() const;

  /// Stops accepting; from here on each answer is the last of its connection.
  void BeginDrain();
  /// Whether BeginDrain was called.
  bool draining() const;
  /// Returns when all connections have ended, or cuts short, after `grace`, what
  /// still goes on: its clients are told so. After this the server is dead, but
  /// exchanges still held may be used, to no effect.
  void FinishDrain(absl::Duration grace);

 private:
  class Core;
  explicit Server(std::unique_ptr<Core> core);

  const std::unique_ptr<Core> core_;
};

}  // namespace furnace::gateway::http

#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

class CivetServer;

namespace furnace::metrics {

/// The operator's side door of a process: /metrics (Prometheus text), /healthz
/// (200 while the process lives) and /readyz (200 when `ready` says so, else 503).
class AdminServer {
 public:
  /// `address` is "host:port"; UNAVAILABLE when it cannot be bound. `ready` is
  /// called from the server's threads.
  static absl::StatusOr<std::unique_ptr<AdminServer>> Start(const std::string& address,
                                                            std::function<bool()> ready);
  ~AdminServer();

 private:
  class Handlers;
  AdminServer(std::unique_ptr<Handlers> handlers, std::unique_ptr<CivetServer> server);

  std::unique_ptr<Handlers> handlers_;
  std::unique_ptr<CivetServer> server_;
};

}  // namespace furnace::metrics

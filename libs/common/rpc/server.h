#pragma once

#include <grpcpp/server.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/common/base/result_limit.h"
#include "libs/common/rpc/async_call.h"
#include "libs/common/rpc/completion.h"

namespace furnace::rpc {

/// Largest message any server or client of the suite sends, and any client takes.
inline constexpr int kMaxMessageBytes = static_cast<int>(kMaxJobBytes);
/// Largest request a server takes, unless it says otherwise.
inline constexpr int kMaxRequestBytes = 32 << 20;

struct ServerOptions {
  /// "host:port"; port 0 picks a free one, which port() then reports.
  std::string address;
  /// Threads gRPC may run sync handlers on. A call beyond them is refused at once
  /// with RESOURCE_EXHAUSTED: overload is an error, not a queue.
  int max_threads = 256;
  /// Largest message that is taken: kMaxMessageBytes where workers send their results.
  int max_receive_bytes = kMaxRequestBytes;
  /// Threads for the async methods and the generic service.
  int completion_threads = 2;
  /// Takes calls of any method that `services` does not have, if set.
  grpc::AsyncGenericService* generic_service = nullptr;
};

/// A listening gRPC server with health checking and reflection.
class Server {
 public:
  /// UNAVAILABLE when the address cannot be bound. `services` and `async_methods`
  /// must outlive the server.
  static absl::StatusOr<std::unique_ptr<Server>> Start(
      const ServerOptions& options, const std::vector<grpc::Service*>& services,
      const std::vector<AsyncMethod*>& async_methods = {});
  ~Server();

  int port() const { return port_; }

  /// Reports NOT_SERVING, stops accepting, gives calls in flight `grace` to end
  /// and then cancels them. Returns once every handler has finished.
  void Drain(absl::Duration grace);

 private:
  Server(std::unique_ptr<grpc::Server> server, int port, std::unique_ptr<CompletionThreads> async)
      : server_(std::move(server)), port_(port), async_(std::move(async)) {}

  std::unique_ptr<grpc::Server> server_;
  int port_;
  std::unique_ptr<CompletionThreads> async_;
};

}  // namespace furnace::rpc

// Clients that follow jobs' chunks and note how long after its sending each arrives;
// see ChunkWorker for what a chunk is. A job's end ends its watcher.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "libs/common/rpc/client.h"

namespace furnace::bench {

/// Over gRPC, as the gateway does.
struct DirectWatch {
  std::string scheduler_address;
  rpc::CallOptions options;
  rpc::CallContext caller;
};
std::vector<absl::Duration> Watch(const DirectWatch& how, const std::vector<std::string>& job_ids,
                                  const std::function<void()>& all_watch);

/// Over WebSockets of the gateway.
struct SocketWatch {
  int port = 0;
  std::string key;
};
std::vector<absl::Duration> Watch(const SocketWatch& how, const std::vector<std::string>& job_ids,
                                  const std::function<void()>& all_watch);

}  // namespace furnace::bench

#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace furnace::worker {

/// How often a handler says which jobs it has: lost results are noticed within a few of
/// these. At least 1 s, or SDKs divide it to zero.
inline constexpr absl::Duration kPingInterval = absl::Seconds(5);

using Variables = std::map<std::string, std::string, std::less<>>;

/// What a handler is told about itself and the agent.
struct HandlerFacts {
  std::string base_url;  // "http://127.0.0.1:<port>".
  std::string secret;    // What the handler authenticates with.
  std::string worker_id;
  std::string endpoint_id;
  std::string gpu_type;
  int gpu_count = 0;
  int cpu_count = 0;
  std::string region;  // Empty: not known.
  absl::Duration init_timeout;
  std::string python_path;  // Prepended to PYTHONPATH; may be empty.
};

/// The environment of the handler's process: the few harmless variables of
/// `inherited` (never ours, FURNACE_*), what RunPod tells its workers, then `chosen` by
/// the endpoint's owner, then the variables of the RunPod worker protocol, which win;
/// docs/runpod-workers.md lists them. RUNPOD_REALTIME_PORT is left out whatever is
/// chosen: with it an SDK serves HTTP and never asks for work.
///
/// The URLs hold the worker's id already and always a "?", since SDKs append with
/// "&"; only "$ID" of a job is left to them.
Variables HandlerEnvironment(const Variables& inherited, const Variables& chosen,
                             const HandlerFacts& facts);

/// The command for a handler's file: *.py runs with /usr/bin/python3, *.js with
/// node, anything else by itself. `path` is relative to the handler's folder.
std::vector<std::string> HandlerCommand(std::string_view path);

}  // namespace furnace::worker

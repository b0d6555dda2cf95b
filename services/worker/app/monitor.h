#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "services/worker/domain/gpu.h"
#include "services/worker/domain/outcome.h"

namespace furnace::worker {

/// What the agent has on its hands at one moment.
struct AgentFigures {
  std::size_t takes_held = 0;    // Requests of the handler for jobs.
  std::size_t jobs_waiting = 0;  // For the handler.
  std::size_t jobs_running = 0;  // With it.
  std::size_t results = 0;       // That the scheduler has not settled.
  std::size_t result_bytes = 0;  // Of all of them.
  bool connected = false;        // To the scheduler.

  bool operator==(const AgentFigures&) const = default;
};

/// Is told what happens, for whoever watches the worker. Called on the agent's thread.
class AgentMonitor {
 public:
  virtual ~AgentMonitor() = default;
  /// `ran` after it was handed to the handler.
  virtual void OnAttemptEnded(Cause cause, absl::Duration ran) = 0;
  virtual void OnHandlerStarted() = 0;
  /// After every event.
  virtual void OnFigures(const AgentFigures& figures) = 0;
  /// Each of `gpus` with its reading, if it has one.
  virtual void OnGpuReadings(const std::vector<GpuInfo>& gpus,
                             const std::vector<GpuReading>& readings) = 0;
  virtual void OnHandlerMemory(std::int64_t used_mib) = 0;
};

}  // namespace furnace::worker

// The GPUs beside the agent, as it needs to know them.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "services/worker/domain/gpu.h"

namespace furnace::worker {

class GpuEvents {
 public:
  virtual ~GpuEvents() = default;
  /// First, and once; not when there are none.
  virtual void OnGpus(std::vector<GpuInfo> gpus) = 0;
  /// From time to time, one for each GPU.
  virtual void OnGpuReadings(std::vector<GpuReading> readings) = 0;
  /// While SetBusy asks for it: the memory that the handler has in use.
  virtual void OnHandlerMemory(std::int64_t used_mib) = 0;
};

/// Watches the GPUs.
class GpuPort {
 public:
  virtual ~GpuPort() = default;
  /// From now on, until this ends. Called once, first.
  virtual void Watch(GpuEvents& events) = 0;
  /// Whether jobs run, whose memory is to be sampled.
  virtual void SetBusy(bool busy) = 0;
};

/// A process and the memory that it has on a GPU.
struct GpuUser {
  pid_t pid = 0;
  std::optional<std::int64_t> memory_mib;  // None: the driver does not say.
};

/// The driver of the GPUs. Every call may block for long; for one thread.
class GpuDriver {
 public:
  virtual ~GpuDriver() = default;
  /// Those that this worker may use, at most kGpusMax.
  virtual const std::vector<GpuInfo>& gpus() const = 0;
  /// What each of them says, in the same order.
  virtual std::vector<GpuReading> Read() = 0;

  struct Usage {
    std::int64_t used_mib = 0;
    std::optional<std::vector<GpuUser>> users;  // None: the driver does not say.
  };
  /// Who uses each of them, in the same order.
  virtual std::vector<Usage> Usages() = 0;
};

}  // namespace furnace::worker

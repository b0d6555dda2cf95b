// What starts workers, as the scheduler needs it; drivers/ implements it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/scheduler/domain/endpoint.h"

namespace furnace::scheduler {

/// GPUs of one type that a driver offers.
struct GpuPool {
  std::string gpu_type;
  int vram_mib = 0;
  int total = 0;
  int available = 0;
  bool simulated = false;
  std::string region;  // See WorkerTraits, as the next.
  bool federated = false;
};

/// A worker that a driver started and that has not ended.
struct DriverWorker {
  std::string id;
  std::string endpoint_id;
  std::int64_t endpoint_revision = 0;
  std::string gpu_type;
  int gpu_count = 1;
  absl::Time started_at;
};

/// Starts and stops workers.
class Driver {
 public:
  virtual ~Driver() = default;

  /// Starts a worker on the first of the endpoint's GPU types that is free; its id.
  /// RESOURCE_EXHAUSTED when none is, FAILED_PRECONDITION when the endpoint cannot
  /// run on this driver at all.
  virtual absl::StatusOr<std::string> Start(const Endpoint& endpoint) = 0;

  /// Ends a worker that did not end by itself.
  virtual void Kill(const std::string& worker_id) = 0;

  /// The workers alive now. One that is missing here has ended for good.
  virtual std::vector<DriverWorker> List() = 0;

  virtual std::vector<GpuPool> Gpus() = 0;
};

}  // namespace furnace::scheduler

#pragma once

#include <string>
#include <vector>

#include "services/scheduler/domain/affinity.h"
#include "services/scheduler/domain/autoscale.h"
#include "services/scheduler/domain/endpoint.h"

namespace furnace::scheduler {

/// Waiting jobs of one class, and the worker they call for.
struct WorkerDemand {
  ClassSnapshot waiting;
  /// Types that a new worker for them may have, by preference. Empty: none that can be
  /// started would do.
  std::vector<std::string> gpu_types;
  bool covered = false;  // Some worker there is may take them, now or after a wait.
};

/// What an endpoint's waiting jobs call for: critical jobs first, then those that no
/// worker may take, then those that have waited longest. Workers for jobs that still
/// wait for their preferred GPU are asked for with that type only.
std::vector<WorkerDemand> DemandsOf(const Endpoint& endpoint, const QueueSnapshot& queue,
                                    const std::vector<WorkerSnapshot>& workers,
                                    const std::vector<GpuOffer>& offers);

/// Whether the worker may take any of the waiting jobs, now or after a wait.
bool MayServe(const WorkerSnapshot& worker, const std::vector<WorkerDemand>& demands);

}  // namespace furnace::scheduler

#include "services/scheduler/domain/autoscale.h"

#include <algorithm>
#include <tuple>

namespace furnace::scheduler {
namespace {

// Workers that the load calls for, limits aside.
int WantedByLoad(const ScalePolicy& policy, const QueueSnapshot& queue, int serving, int starting) {
  if (policy.type == ScalerType::kRequestCount) {
    const int load = queue.queued + queue.running;
    return (load + policy.value - 1) / policy.value;
  }
  if (queue.queued == 0) return 0;
  if (serving == 0) return 1;
  // Workers on their way will take a job each.
  const int unserved = std::max(0, queue.queued - starting);
  const auto periods = static_cast<int>(
      std::min<std::int64_t>(queue.oldest_wait / absl::Seconds(policy.value), unserved));
  return serving + std::max(0, periods - starting);
}

bool MayDrain(const WorkerSnapshot& worker) {
  return !worker.starting && !worker.draining && worker.jobs == 0;
}

}  // namespace

ScaleDecision Autoscale(const Endpoint& endpoint, QueueSnapshot queue,
                        const std::vector<WorkerSnapshot>& workers, absl::Time now) {
  const ScalePolicy& policy = endpoint.scale;
  if (endpoint.queue.max_concurrency > 0) {
    // Of what waits, only so much may run.
    const int room = std::max(0, endpoint.queue.max_concurrency - queue.running);
    queue.queued = std::min(queue.queued, room);
  }
  int serving = 0;
  int starting = 0;
  std::vector<const WorkerSnapshot*> idle;
  ScaleDecision decision;
  for (const WorkerSnapshot& worker : workers) {
    if (worker.draining) continue;
    const bool unwanted = worker.outdated || (endpoint.deleted && queue.queued == 0);
    if (MayDrain(worker) && unwanted) {
      decision.drain.push_back(worker.id);
      continue;
    }
    ++serving;
    starting += worker.starting ? 1 : 0;
    if (MayDrain(worker)) idle.push_back(&worker);
  }

  const int floor = endpoint.deleted || endpoint.paused ? 0 : policy.min_workers;
  const int load = endpoint.paused ? 0 : WantedByLoad(policy, queue, serving, starting);
  const int wanted = std::clamp(load, floor, std::max(floor, policy.max_workers));
  if (wanted > serving) {
    decision.start = wanted - serving;
    return decision;
  }

  // Jobs that wait will find the idle workers by themselves.
  if (queue.queued > 0 && !endpoint.paused) return decision;
  std::sort(idle.begin(), idle.end(), [](const auto* a, const auto* b) {
    return std::tie(a->idle_since, a->id) < std::tie(b->idle_since, b->id);
  });
  for (const WorkerSnapshot* worker : idle) {
    if (serving <= floor || worker->idle_since + policy.idle_timeout > now) break;
    decision.drain.push_back(worker->id);
    --serving;
  }
  return decision;
}

}  // namespace furnace::scheduler

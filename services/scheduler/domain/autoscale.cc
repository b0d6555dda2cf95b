#include "services/scheduler/domain/autoscale.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "services/scheduler/domain/worker_demand.h"

namespace furnace::scheduler {
namespace {

/// The workers that stay, counted.
struct Standing {
  int serving = 0;
  int starting = 0;
  std::vector<const WorkerSnapshot*> idle;  // Longest idle first.
};

bool MayDrain(const WorkerSnapshot& worker) {
  return !worker.starting && !worker.draining && worker.jobs == 0;
}

// Counts the workers; those that go at once are drained.
Standing Count(const std::vector<WorkerSnapshot>& workers, bool none_wanted,
               ScaleDecision& decision) {
  Standing standing;
  for (const WorkerSnapshot& worker : workers) {
    if (worker.draining) continue;
    if (MayDrain(worker) && (worker.outdated || none_wanted)) {
      decision.drain.push_back(worker.id);
      continue;
    }
    ++standing.serving;
    standing.starting += worker.starting ? 1 : 0;
    if (MayDrain(worker)) standing.idle.push_back(&worker);
  }
  std::sort(standing.idle.begin(), standing.idle.end(), [](const auto* a, const auto* b) {
    return std::tie(a->idle_since, a->id) < std::tie(b->idle_since, b->id);
  });
  return standing;
}

// Workers that the load calls for, limits aside.
int WantedByLoad(const ScalePolicy& policy, const QueueSnapshot& queue, const Standing& standing) {
  if (policy.type == ScalerType::kRequestCount) {
    const int load = queue.queued + queue.running;
    return (load + policy.value - 1) / policy.value;
  }
  if (queue.queued == 0) return 0;
  if (standing.serving == 0) return 1;
  // Workers on their way will take a job each.
  const int unserved = std::max(0, queue.queued - standing.starting);
  const auto periods = static_cast<int>(
      std::min<std::int64_t>(queue.oldest_wait / absl::Seconds(policy.value), unserved));
  return standing.serving + std::max(0, periods - standing.starting);
}

// Workers that critical jobs and those that no worker may take call for at once, for at
// most so many of them.
int WantedAtOnce(const std::vector<WorkerDemand>& demands, const Standing& standing, int queued) {
  int critical = 0;
  int uncovered = 0;
  for (const WorkerDemand& demand : demands) {
    if (demand.waiting.affinity.critical) critical += demand.waiting.queued;
    if (!demand.covered) ++uncovered;
  }
  const int on_hand = standing.starting + static_cast<int>(standing.idle.size());
  return standing.serving + std::clamp(std::max(uncovered, critical - on_hand), 0, queued);
}

// Whom the workers to start are for: each class that has none, then the first for which
// one can be started.
std::vector<std::vector<std::string>> TypesOfStarts(const Endpoint& endpoint, int count,
                                                    const std::vector<WorkerDemand>& demands) {
  std::vector<std::vector<std::string>> starts;
  const std::vector<std::string>* first = demands.empty() ? &endpoint.gpu_types : nullptr;
  for (const WorkerDemand& demand : demands) {
    if (first == nullptr && !demand.gpu_types.empty()) first = &demand.gpu_types;
    if (!demand.covered && static_cast<int>(starts.size()) < count) {
      starts.push_back(demand.gpu_types);
    }
  }
  if (first != nullptr) starts.resize(static_cast<std::size_t>(count), *first);
  return starts;
}

// How long the next of the jobs of any class has waited.
template <typename Classes, typename WaitOf>
absl::Duration LongestWait(const Classes& classes, const WaitOf& wait_of) {
  absl::Duration longest;
  for (const auto& each : classes) longest = std::max(longest, wait_of(each));
  return longest;
}

// The queue without the jobs that start no worker.
QueueSnapshot WithoutBackground(QueueSnapshot queue) {
  const auto dropped = std::erase_if(queue.classes, [&](const ClassSnapshot& each) {
    if (each.affinity.background) queue.queued -= each.queued;
    return each.affinity.background;
  });
  if (dropped > 0) {
    queue.oldest_wait =
        LongestWait(queue.classes, [](const auto& each) { return each.oldest_wait; });
  }
  return queue;
}

// What the waiting jobs call for. Those that nobody could serve are taken off the queue.
std::vector<WorkerDemand> TakeMeetable(const Endpoint& endpoint,
                                       const std::vector<WorkerSnapshot>& workers,
                                       const std::vector<GpuOffer>& offers, QueueSnapshot& queue,
                                       ScaleDecision& decision) {
  std::vector<WorkerDemand> demands = DemandsOf(endpoint, queue, workers, offers);
  std::erase_if(demands, [&](const WorkerDemand& demand) {
    if (demand.covered || !demand.gpu_types.empty()) return false;
    queue.queued -= demand.waiting.queued;
    return decision.unmet = true;
  });
  if (decision.unmet) {
    queue.oldest_wait =
        LongestWait(demands, [](const auto& demand) { return demand.waiting.oldest_wait; });
  }
  return demands;
}

}  // namespace

ScaleDecision Autoscale(const Endpoint& endpoint, QueueSnapshot queue,
                        const std::vector<WorkerSnapshot>& workers,
                        const std::vector<GpuOffer>& offers, absl::Time now) {
  const ScalePolicy& policy = endpoint.scale;
  ScaleDecision decision;
  if (!endpoint.deleted) queue = WithoutBackground(std::move(queue));
  const std::vector<WorkerDemand> demands =
      TakeMeetable(endpoint, workers, offers, queue, decision);
  if (endpoint.queue.max_concurrency > 0) {
    // Of what waits, only so much may run.
    const int room = std::max(0, endpoint.queue.max_concurrency - queue.running);
    queue.queued = std::min(queue.queued, room);
  }
  queue.queued = std::max(0, queue.queued);
  const Standing standing = Count(workers, endpoint.deleted && queue.queued == 0, decision);

  const int floor = endpoint.deleted || endpoint.paused ? 0 : policy.min_workers;
  const int ceiling = std::max(floor, policy.max_workers);
  const bool runs = !endpoint.paused && queue.queued > 0;
  const int load = endpoint.paused ? 0 : WantedByLoad(policy, queue, standing);
  const int asked = runs ? std::max(load, WantedAtOnce(demands, standing, queue.queued)) : load;
  const int wanted = std::clamp(asked, floor, ceiling);
  if (wanted > standing.serving) {
    decision.start = TypesOfStarts(endpoint, wanted - standing.serving, demands);
    decision.spare = std::clamp(wanted - std::max(asked, standing.serving), 0,
                                static_cast<int>(decision.start.size()));
    return decision;
  }

  // Jobs that wait will find the idle workers that may take them.
  bool crowded = runs && asked > ceiling;
  int serving = standing.serving;
  for (const WorkerSnapshot* worker : standing.idle) {
    if (runs && (demands.empty() || MayServe(*worker, demands))) continue;
    const bool over = worker->idle_since + policy.idle_timeout <= now;
    if (!crowded && (serving <= floor || !over)) break;
    crowded = false;  // One will do.
    decision.drain.push_back(worker->id);
    --serving;
  }
  return decision;
}

}  // namespace furnace::scheduler

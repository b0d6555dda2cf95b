#include "services/scheduler/domain/worker_demand.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace furnace::scheduler {
namespace {

bool MayTake(const Affinity& affinity, std::string_view gpu_type, const WorkerTraits& traits) {
  return WaitBefore(affinity, gpu_type, traits, {}) != absl::InfiniteDuration();
}

bool Fits(const GpuOffer& offer, const std::string& type, const Endpoint& endpoint,
          const Affinity& affinity) {
  const int vram_mib = offer.traits.vram_mib;
  return offer.gpu_type == type && offer.total >= endpoint.gpu_count &&
         (vram_mib == 0 || vram_mib >= endpoint.vram_min_mib) &&
         MayTake(affinity, type, offer.traits);
}

std::vector<std::string> TypesFor(const Endpoint& endpoint, const ClassSnapshot& waiting,
                                  const std::vector<GpuOffer>& offers) {
  const Affinity& affinity = waiting.affinity;
  std::vector<std::string> types =
      affinity.gpu_types.empty() ? endpoint.gpu_types : affinity.gpu_types;
  if (waiting.oldest_wait < affinity.fallback_after && !types.empty()) types.resize(1);
  std::erase_if(types, [&](const std::string& type) {
    return std::none_of(offers.begin(), offers.end(), [&](const GpuOffer& offer) {
      return Fits(offer, type, endpoint, affinity);
    });
  });
  return types;
}

}  // namespace

std::vector<WorkerDemand> DemandsOf(const Endpoint& endpoint, const QueueSnapshot& queue,
                                    const std::vector<WorkerSnapshot>& workers,
                                    const std::vector<GpuOffer>& offers) {
  std::vector<WorkerDemand> demands;
  for (const ClassSnapshot& waiting : queue.classes) {
    const bool covered =
        std::any_of(workers.begin(), workers.end(), [&](const WorkerSnapshot& worker) {
          return !worker.draining && MayTake(waiting.affinity, worker.gpu_type, worker.traits);
        });
    demands.push_back(
        {.waiting = waiting, .gpu_types = TypesFor(endpoint, waiting, offers), .covered = covered});
  }
  const auto rank = [](const WorkerDemand& demand) {
    return std::make_tuple(!demand.waiting.affinity.critical, demand.covered,
                           -demand.waiting.oldest_wait);
  };
  std::stable_sort(demands.begin(), demands.end(),
                   [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  return demands;
}

bool MayServe(const WorkerSnapshot& worker, const std::vector<WorkerDemand>& demands) {
  return std::any_of(demands.begin(), demands.end(), [&](const WorkerDemand& demand) {
    return MayTake(demand.waiting.affinity, worker.gpu_type, worker.traits);
  });
}

}  // namespace furnace::scheduler

#include "services/scheduler/app/lifetimes.h"

#include <iterator>
#include <utility>

#include "libs/common/base/uuid.h"

namespace furnace::scheduler {
namespace {

// Workers in one run of the script, which stops the queue for as long as it takes.
constexpr std::size_t kAtOnce = 500;

// As many as the autoscaler keeps.
int AlwaysOnOf(const Endpoint& endpoint) {
  return endpoint.deleted || endpoint.paused ? 0 : endpoint.scale.min_workers;
}

}  // namespace

void Lifetimes::Hear(const std::string& endpoint_id, std::vector<WorkerPresence> workers) {
  const EndpointPtr endpoint = catalog_.Cached(endpoint_id);
  if (endpoint == nullptr) return;
  const int wanted = AlwaysOnOf(*endpoint);
  std::vector<WorkerPresence> page;
  {
    MutexLock lock(mutex_);
    for (WorkerPresence& worker : workers) {
      const bool ended = worker.state == WorkerPresence::State::kEnded;
      const auto known = always_on_.find(worker.worker.worker_id);
      if (known == always_on_.end() && !ended) always_on_[worker.worker.worker_id] = std::nullopt;
      const bool flex = known != always_on_.end() && known->second == false;
      if (wanted > 0 || !flex) page.push_back(std::move(worker));
    }
  }
  while (!page.empty()) {
    const auto rest = page.begin() + static_cast<std::ptrdiff_t>(std::min(page.size(), kAtOnce));
    std::vector<WorkerPresence> next(std::make_move_iterator(rest),
                                     std::make_move_iterator(page.end()));
    page.erase(rest, page.end());
    Keep(*endpoint, std::exchange(page, std::move(next)));
  }
}

void Lifetimes::Keep(const Endpoint& endpoint, std::vector<WorkerPresence> workers) {
  for (WorkerPresence& worker : workers) worker.life_id = NewUuid(clock_.Now());
  lives_.Keep({.endpoint_id = endpoint.id,
               .project_id = endpoint.project_id,
               .always_on = AlwaysOnOf(endpoint),
               .lapse = lapse_,
               .workers = workers},
              [this, workers](const absl::StatusOr<std::set<std::string>>& always_on) {
                // Redis is away; the next round will do.
                if (always_on.ok()) Learn(workers, *always_on);
              });
}

void Lifetimes::Learn(const std::vector<WorkerPresence>& workers,
                      const std::set<std::string>& always_on) {
  MutexLock lock(mutex_);
  for (const WorkerPresence& worker : workers) {
    const auto known = always_on_.find(worker.worker.worker_id);
    if (known != always_on_.end()) known->second = always_on.contains(known->first);
  }
}

void Lifetimes::Forget(const std::string& worker_id) {
  MutexLock lock(mutex_);
  always_on_.erase(worker_id);
}

}  // namespace furnace::scheduler

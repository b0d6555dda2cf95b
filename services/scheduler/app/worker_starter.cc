#include "services/scheduler/app/worker_starter.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace furnace::scheduler {
namespace {

constexpr absl::Duration kNoRoomPause = absl::Seconds(1);
constexpr absl::Duration kCannotRunPause = absl::Minutes(1);

// The pools that would do for the endpoint, by preference.
std::vector<std::size_t> KindsFor(const Endpoint& endpoint,
                                  const std::vector<std::string>& gpu_types,
                                  const std::vector<GpuPool>& pools) {
  std::vector<std::size_t> kinds;
  for (const std::string& type : gpu_types) {
    for (std::size_t i = 0; i < pools.size(); ++i) {
      const GpuPool& pool = pools[i];
      const bool fits = pool.gpu_type == type && pool.total >= endpoint.gpu_count &&
                        (pool.vram_mib == 0 || pool.vram_mib >= endpoint.vram_min_mib);
      if (fits) kinds.push_back(i);
    }
  }
  return kinds;
}

Hindrance NoRoom(const Endpoint& endpoint, const std::vector<std::string>& gpu_types) {
  return {
      .obstacle = Obstacle::kNoCapacity,
      .detail = fmt::format("no free {} x {}", endpoint.gpu_count, fmt::join(gpu_types, " or "))};
}

Hindrance Outranked() {
  return {.obstacle = Obstacle::kFairShare,
          .detail = "projects that have had less GPU time go first"};
}

}  // namespace

void WorkerStarter::WorkerEndedEarly(const Endpoint& endpoint, const std::string& worker_id,
                                     std::string_view why) {
  StartBreaker& breaker = BreakerOf(endpoint);
  breaker.WorkerFailed(clock_.Now());
  Hindrance& hindrance = hindrances_[endpoint.id];
  hindrance.obstacle = breaker.open() ? Obstacle::kCrashLoop : Obstacle::kStarting;
  hindrance.detail = fmt::format("{} workers in a row ended before their first job, the last {}",
                                 breaker.failures(), worker_id);
  if (!why.empty()) hindrance.detail += fmt::format(": {}", why);
  spdlog::warn("endpoint {}: {}", endpoint.name, hindrance.detail);
}

// What failed was another revision: the new one begins afresh.
StartBreaker& WorkerStarter::BreakerOf(const Endpoint& endpoint) {
  StartBreaker& breaker =
      breakers_.try_emplace(endpoint.id, StartBreaker(endpoint.revision)).first->second;
  if (breaker.revision() < endpoint.revision) breaker = StartBreaker(endpoint.revision);
  return breaker;
}

StartOutcome WorkerStarter::Start(const std::vector<StartWish>& wishes,
                                  const std::map<std::string, WorkerState>& states) {
  Account();
  StartOutcome outcome;
  const std::vector<Candidate> candidates = Candidates(wishes, outcome);
  if (candidates.empty()) return outcome;

  const std::vector<GpuPool> pools = driver_.Gpus();
  std::vector<GpuCapacity> capacities;
  for (const GpuPool& pool : pools) {
    capacities.push_back({.total = pool.total, .free = pool.available});
  }
  std::vector<const Candidate*> competing;
  std::vector<StartRequest> requests;
  for (const Candidate& candidate : candidates) {
    const Endpoint& endpoint = *candidate.endpoint;
    std::vector<std::size_t> kinds = KindsFor(endpoint, candidate.gpu_types, pools);
    if (kinds.empty()) {  // The driver knows better why not.
      StartOne(candidate, candidate.gpu_types, outcome);
      continue;
    }
    competing.push_back(&candidate);
    requests.push_back({.project_id = endpoint.project_id,
                        .kinds = std::move(kinds),
                        .gpus = endpoint.gpu_count,
                        .spare = candidate.spare});
  }

  StartPlan plan = PlanStarts(use_, requests, capacities, Held(pools, states));
  for (const StartPlan::Start& start : plan.starts) {
    StartOne(*competing[start.request], {pools[start.kind].gpu_type}, outcome);
  }
  for (const std::size_t i : plan.no_room) {
    Hinder(*competing[i]->endpoint, NoRoom(*competing[i]->endpoint, competing[i]->gpu_types),
           outcome);
  }
  for (const std::size_t i : plan.outranked) {
    Hinder(*competing[i]->endpoint, Outranked(), outcome);
  }
  outcome.yielding = std::move(plan.yielding);
  return outcome;
}

std::vector<WorkerStarter::Candidate> WorkerStarter::Candidates(
    const std::vector<StartWish>& wishes, StartOutcome& outcome) {
  std::vector<Candidate> candidates;
  for (const StartWish& wish : wishes) {
    const Endpoint& endpoint = *wish.endpoint;
    StartBreaker& breaker = BreakerOf(endpoint);
    if (!breaker.MayStart(clock_.Now())) {
      outcome.hindrances[endpoint.id] = hindrances_[endpoint.id];
      continue;
    }
    hindrances_[endpoint.id] = {};
    const std::size_t backed = wish.starts.size() - std::min(wish.spare, wish.starts.size());
    for (std::size_t i = 0; i < wish.starts.size(); ++i) {
      candidates.push_back(
          {.endpoint = &endpoint, .gpu_types = wish.starts[i], .spare = i >= backed});
      if (breaker.failures() > 0) break;  // A trial, and no other before its end.
    }
  }
  return candidates;
}

std::vector<HeldGpus> WorkerStarter::Held(const std::vector<GpuPool>& pools,
                                          const std::map<std::string, WorkerState>& states) const {
  std::vector<HeldGpus> held;
  for (const DriverWorker& worker : driver_.List()) {
    const EndpointPtr endpoint = catalog_.Cached(worker.endpoint_id);
    const auto pool = std::find_if(pools.begin(), pools.end(), [&](const GpuPool& each) {
      return each.gpu_type == worker.gpu_type;
    });
    if (endpoint == nullptr || pool == pools.end()) continue;
    const auto found = states.find(worker.id);
    const WorkerState state = found == states.end() ? WorkerState::kStarting : found->second;
    // One that starts has not had its turn, and could not be told to end.
    const bool starting = state == WorkerState::kStarting;
    held.push_back(
        {.worker_id = worker.id,
         .project_id = endpoint->project_id,
         .kind = static_cast<std::size_t>(pool - pools.begin()),
         .gpus = worker.gpu_count,
         .idle = state == WorkerState::kIdle,
         .leaving = state == WorkerState::kDraining,
         .held_for = starting ? -absl::InfiniteDuration() : clock_.Now() - worker.started_at});
  }
  return held;
}

void WorkerStarter::Account() {
  std::map<std::string, int> gpus;
  for (const DriverWorker& worker : driver_.List()) {
    const EndpointPtr endpoint = catalog_.Cached(worker.endpoint_id);
    if (endpoint != nullptr) gpus[endpoint->project_id] += worker.gpu_count;
  }
  use_.Advance(clock_.Now(), gpus);
}

void WorkerStarter::StartOne(const Candidate& candidate, const std::vector<std::string>& gpu_types,
                             StartOutcome& outcome) {
  const Endpoint& endpoint = *candidate.endpoint;
  StartBreaker& breaker = BreakerOf(endpoint);
  if (breaker.failures() > 0) breaker.HoldUntil(clock_.Now() + endpoint.init_timeout);
  Endpoint wanted = endpoint;
  wanted.gpu_types = gpu_types;
  const absl::StatusOr<std::string> id = driver_.Start(wanted);
  if (id.ok()) {
    spdlog::info("started worker {} for endpoint {}", *id, endpoint.name);
    return;
  }
  const bool full = absl::IsResourceExhausted(id.status());
  if (!full) spdlog::warn("endpoint {}: {}", endpoint.name, id.status().ToString());
  breaker.HoldUntil(clock_.Now() + (full ? kNoRoomPause : kCannotRunPause));
  Hinder(endpoint,
         {.obstacle = full ? Obstacle::kNoCapacity : Obstacle::kCannotRun,
          .detail = std::string(id.status().message())},
         outcome);
}

void WorkerStarter::Hinder(const Endpoint& endpoint, Hindrance hindrance, StartOutcome& outcome) {
  hindrances_[endpoint.id] = hindrance;
  outcome.hindrances[endpoint.id] = std::move(hindrance);
}

}  // namespace furnace::scheduler

#include "services/scheduler/app/fleet.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "services/scheduler/domain/autoscale.h"
#include "services/scheduler/domain/job_window.h"
#include "services/scheduler/domain/shard.h"

namespace furnace::scheduler {
namespace {

constexpr absl::Duration kCapacityPause = absl::Seconds(1);
constexpr absl::Duration kCapacityStale = absl::Seconds(2);

WorkerState StateOf(const ConnectedWorker& worker) {
  if (worker.draining) return WorkerState::kDraining;
  return worker.jobs > 0 ? WorkerState::kRunning : WorkerState::kIdle;
}

// Whether it has jobs, or is about to.
bool IsInUse(const FleetWorker& worker) {
  return worker.jobs > 0 || worker.state == WorkerState::kStarting;
}

FleetWorker FromDriver(const DriverWorker& worker) {
  return {.id = worker.id,
          .endpoint_id = worker.endpoint_id,
          .endpoint_revision = worker.endpoint_revision,
          .gpu_type = worker.gpu_type,
          .gpu_count = worker.gpu_count,
          .started_at = worker.started_at};
}

void Merge(const ConnectedWorker& connected, FleetWorker& worker) {
  const WorkerHello& hello = connected.hello;
  if (worker.id.empty()) worker.started_at = connected.connected_at;
  worker.id = hello.worker.worker_id;
  worker.endpoint_id = hello.endpoint_id;
  worker.endpoint_revision = hello.endpoint_revision;
  worker.gpu_type = hello.worker.gpu_type;
  worker.gpu_count = hello.worker.gpu_count;
  worker.traits = hello.traits;
  worker.state = StateOf(connected);
  worker.jobs = connected.jobs;
  worker.credits = connected.credits;
  worker.job_starts = connected.job_starts;
  worker.had_job = connected.had_job;
  worker.idle_since = connected.idle_since;
  worker.cold_start = hello.worker.cold_start;
  worker.gpus = hello.gpus;
  worker.gpu_readings = connected.gpu_readings;
}

std::vector<GpuOffer> OffersOf(const std::vector<GpuPool>& pools) {
  std::vector<GpuOffer> offers;
  for (const GpuPool& pool : pools) {
    offers.push_back(
        {.gpu_type = pool.gpu_type,
         .total = pool.total,
         .traits = {
             .vram_mib = pool.vram_mib, .region = pool.region, .federated = pool.federated}});
  }
  return offers;
}

// What a worker that has not connected yet will have.
WorkerTraits TraitsAt(const std::vector<GpuOffer>& offers, const std::string& gpu_type) {
  for (const GpuOffer& offer : offers) {
    if (offer.gpu_type == gpu_type) return offer.traits;
  }
  return {};
}

WorkerSnapshot SnapshotOf(const FleetWorker& worker, const Endpoint& endpoint,
                          const std::vector<GpuOffer>& offers) {
  const bool starting = worker.state == WorkerState::kStarting;
  return {.id = worker.id,
          .gpu_type = worker.gpu_type,
          .traits = starting ? TraitsAt(offers, worker.gpu_type) : worker.traits,
          .starting = starting,
          .draining = worker.state == WorkerState::kDraining,
          .jobs = worker.jobs,
          .idle_since = worker.idle_since,
          .outdated = worker.endpoint_revision < endpoint.revision};
}

Capacity CapacityOf(const std::vector<FleetWorker>& workers, absl::Time now) {
  Capacity capacity{.at = now};
  for (const FleetWorker& worker : workers) {
    if (worker.state == WorkerState::kDraining) continue;
    if (worker.state == WorkerState::kStarting) {
      capacity.starting.push_back(worker.started_at);
      continue;
    }
    ++capacity.workers;
    capacity.slots += worker.jobs + worker.credits;
    capacity.running.insert(capacity.running.end(), worker.job_starts.begin(),
                            worker.job_starts.end());
  }
  for (auto* times : {&capacity.running, &capacity.starting}) {
    std::sort(times->begin(), times->end());
    times->resize(std::min(times->size(), Capacity::kMaxTimes));
  }
  return capacity;
}

}  // namespace

std::vector<FleetWorker> Fleet::Workers() const {
  std::map<std::string, FleetWorker> by_id;
  for (const DriverWorker& worker : driver_.List()) by_id[worker.id] = FromDriver(worker);
  for (const ConnectedWorker& worker : dispatcher_.Workers()) {
    Merge(worker, by_id[worker.hello.worker.worker_id]);
  }
  std::vector<FleetWorker> workers;
  for (auto& [id, worker] : by_id) {
    worker.note = dispatcher_.NoteOf(id);
    workers.push_back(std::move(worker));
  }
  return workers;
}

void Fleet::Scale() {
  const std::vector<FleetWorker> workers = Workers();
  NoticeEnds(workers);

  std::map<std::string, std::vector<FleetWorker>> by_endpoint;
  for (const FleetWorker& worker : workers) by_endpoint[worker.endpoint_id].push_back(worker);
  std::vector<EndpointPtr> endpoints = catalog_.All();
  std::erase_if(endpoints, [this](const EndpointPtr& endpoint) {
    return !leader_.Leads(ShardOfEndpoint(endpoint->id, shards_));
  });
  // Whoever leads a shard meanwhile may have announced something else.
  std::erase_if(announced_, [this](const auto& announced) {
    return !leader_.Leads(ShardOfEndpoint(announced.first, shards_));
  });
  std::erase_if(capacities_, [this](const auto& announced) {
    return catalog_.Cached(announced.first) == nullptr;
  });
  std::vector<std::string> ids;
  for (const EndpointPtr& endpoint : endpoints) ids.push_back(endpoint->id);
  const auto queues = log_.Survey(ids);
  if (!queues.ok()) return;  // Redis is away; the next round will do.
  const std::vector<GpuOffer> offers = OffersOf(driver_.Gpus());
  std::map<std::string, std::int64_t> gpus = GpusByProject(workers);
  std::vector<StartWish> wishes;
  std::vector<Scaled> scaled;
  for (const EndpointPtr& endpoint : endpoints) {
    const auto queue = queues->find(endpoint->id);
    if (queue == queues->end()) continue;
    const std::vector<FleetWorker>& own = by_endpoint[endpoint->id];
    std::optional<StartBlock> block;
    if (rules_ != nullptr) block = rules_->BlockOf(*endpoint);
    NoteWaiting(*endpoint, queue->second, own);
    const EndpointPtr allowed = Within(Standing(endpoint, block), own, gpus);
    const std::size_t before = wishes.size();
    scaled.push_back(
        ScaleEndpoint(allowed, Startable(*endpoint, queue->second, block), own, offers, wishes));
    if (wishes.size() == before) continue;
    gpus[endpoint->project_id] +=
        static_cast<std::int64_t>(wishes.back().starts.size()) * endpoint->gpu_count;
  }
  StartWorkers(wishes, workers, scaled);
}

std::map<std::string, std::int64_t> Fleet::GpusByProject(
    const std::vector<FleetWorker>& workers) const {
  std::map<std::string, std::int64_t> gpus;
  for (const FleetWorker& worker : workers) {
    const EndpointPtr endpoint = catalog_.Cached(worker.endpoint_id);
    if (endpoint != nullptr && IsInUse(worker)) gpus[endpoint->project_id] += worker.gpu_count;
  }
  return gpus;
}

void Fleet::NoteWaiting(const Endpoint& endpoint, const QueueSnapshot& queue,
                        const std::vector<FleetWorker>& workers) const {
  if (rules_ == nullptr || endpoint.paused || !rules_->MostGpusOf(endpoint)) return;
  const int most = endpoint.queue.max_concurrency;
  if (most > 0 && queue.running >= most) return;
  const QueueSnapshot open = WithoutSpent(endpoint, WithoutClosed(queue, clock_.Now()));
  const bool waits = std::any_of(open.classes.begin(), open.classes.end(),
                                 [](const auto& each) { return !each.affinity.background; });
  if (!waits) return;
  int serving = 0;
  bool starting = false;
  for (const FleetWorker& worker : workers) {
    if (worker.state != WorkerState::kDraining) ++serving;
    if (worker.state == WorkerState::kStarting) starting = true;
  }
  const auto announced = announced_.find(endpoint.id);
  const bool hindered = announced != announced_.end() &&
                        announced->second.obstacle != Obstacle::kNone &&
                        announced->second.obstacle != Obstacle::kStarting;
  if (starting || (serving < endpoint.scale.max_workers && !hindered)) {
    rules_->NoteWaiting(endpoint);
  }
}

EndpointPtr Fleet::Within(const EndpointPtr& endpoint, const std::vector<FleetWorker>& workers,
                          const std::map<std::string, std::int64_t>& gpus) const {
  if (rules_ == nullptr) return endpoint;
  const std::optional<std::int64_t> most = rules_->MostGpusOf(*endpoint);
  if (!most) return endpoint;
  const auto held = gpus.find(endpoint->project_id);
  std::int64_t others = held == gpus.end() ? 0 : held->second;
  for (const FleetWorker& worker : workers) {
    if (IsInUse(worker) && worker.state != WorkerState::kDraining) others -= worker.gpu_count;
  }
  const std::int64_t room = std::max<std::int64_t>(1, (*most - others) / endpoint->gpu_count);
  if (room >= endpoint->scale.max_workers) return endpoint;
  Endpoint within = *endpoint;
  within.scale.max_workers = static_cast<int>(room);
  return std::make_shared<const Endpoint>(std::move(within));
}

EndpointPtr Fleet::Standing(const EndpointPtr& endpoint, const std::optional<StartBlock>& block) {
  if (!block || !block->ends_standing || endpoint->scale.min_workers == 0) return endpoint;
  Endpoint standing = *endpoint;
  standing.scale.min_workers = 0;
  return std::make_shared<const Endpoint>(std::move(standing));
}

QueueSnapshot Fleet::Startable(const Endpoint& endpoint, const QueueSnapshot& queue,
                               const std::optional<StartBlock>& block) const {
  QueueSnapshot startable = WithoutClosed(queue, clock_.Now());
  if (!block) return WithoutSpent(endpoint, std::move(startable));
  startable.queued = 0;
  startable.oldest_wait = absl::ZeroDuration();
  startable.classes.clear();
  return startable;
}

QueueSnapshot Fleet::WithoutSpent(const Endpoint& endpoint, QueueSnapshot queue) const {
  const auto is_spent = [&](const ClassSnapshot& each) {
    const std::string& key = each.affinity.spent_key;
    if (rules_ == nullptr || key.empty()) return false;
    const std::optional<StartBlock> block = rules_->BlockOf(endpoint, key);
    return block && block->constraint == WaitConstraint::kBudget;
  };
  const auto spent = std::stable_partition(queue.classes.begin(), queue.classes.end(),
                                           [&](const auto& each) { return !is_spent(each); });
  if (spent == queue.classes.end()) return queue;
  for (auto each = spent; each != queue.classes.end(); ++each) queue.queued -= each->queued;
  queue.queued = std::max(0, queue.queued);
  queue.classes.erase(spent, queue.classes.end());
  queue.oldest_wait = absl::ZeroDuration();
  for (const ClassSnapshot& each : queue.classes) {
    queue.oldest_wait = std::max(queue.oldest_wait, each.oldest_wait);
  }
  return queue;
}

void Fleet::NoticeEnds(const std::vector<FleetWorker>& workers) {
  const absl::Time now = clock_.Now();
  std::set<std::string> driven;
  for (const DriverWorker& worker : driver_.List()) driven.insert(worker.id);
  const std::map<std::string, Known> before = std::exchange(known_, {});
  for (const auto& [id, known] : before) {
    if (driven.contains(id)) continue;
    dispatcher_.WorkerEnded(id, known.endpoint_id);
    if (!known.had_job && !known.draining) NoticeEarlyEnd(id, known);
  }
  for (const FleetWorker& worker : workers) {
    if (!driven.contains(worker.id)) continue;
    const auto found = before.find(worker.id);
    // One that is new here may be old: a scheduler before this one left it running.
    Known known = found != before.end() ? found->second
                                        : Known{.endpoint_id = worker.endpoint_id,
                                                .revision = worker.endpoint_revision,
                                                .away_since = now};
    if (worker.state != WorkerState::kStarting) {
      if (worker.had_job && !std::exchange(known.had_job, true)) {
        starter_.WorkerWorks(worker.endpoint_id);
      }
      known.draining = known.draining || worker.state == WorkerState::kDraining;
      known.away_since = now;
    } else if (now - known.away_since > InitTimeout(worker.endpoint_id) + kLastWords) {
      spdlog::warn("worker {} did not connect in time", worker.id);
      driver_.Kill(worker.id);
    }
    EndOverdue(worker, known);
    known_[worker.id] = std::move(known);
  }
}

void Fleet::EndOverdue(const FleetWorker& worker, Known& known) {
  const absl::Time now = clock_.Now();
  if (!known.draining || worker.jobs > 0) {
    known.end_by = absl::InfiniteFuture();
    return;
  }
  if (now >= known.end_by) {
    spdlog::warn("worker {} was told to end, has no job and is still there: killed", worker.id);
    driver_.Kill(worker.id);
    known.end_by = absl::InfiniteFuture();
  }
  known.end_by = std::min(known.end_by, now + kDrainLimit);
}

absl::Duration Fleet::InitTimeout(const std::string& endpoint_id) const {
  const EndpointPtr endpoint = catalog_.Cached(endpoint_id);
  return endpoint == nullptr ? Endpoint().init_timeout : endpoint->init_timeout;
}

void Fleet::NoticeEarlyEnd(const std::string& worker_id, const Known& known) {
  const EndpointPtr endpoint = catalog_.Cached(known.endpoint_id);
  if (endpoint == nullptr || known.revision < endpoint->revision) return;
  const std::optional<WorkerNote> note = dispatcher_.NoteOf(worker_id);
  starter_.WorkerEndedEarly(*endpoint, worker_id, note ? note->text : "");
}

void Fleet::Drain(const std::string& worker_id, std::string_view why) {
  const auto known = known_.find(worker_id);
  // Who drains already is told again, should it not have heard.
  if (known == known_.end() || !std::exchange(known->second.draining, true)) {
    spdlog::info("draining worker {}: {}", worker_id, why);
  }
  dispatcher_.Drain(worker_id);
}

Fleet::Scaled Fleet::ScaleEndpoint(const EndpointPtr& endpoint, const QueueSnapshot& queue,
                                   const std::vector<FleetWorker>& workers,
                                   const std::vector<GpuOffer>& offers,
                                   std::vector<StartWish>& wishes) {
  std::vector<WorkerSnapshot> snapshots;
  for (const FleetWorker& worker : workers) {
    snapshots.push_back(SnapshotOf(worker, *endpoint, offers));
  }
  ScaleDecision decision = Autoscale(*endpoint, queue, snapshots, offers, clock_.Now());
  for (const std::string& id : decision.drain) Drain(id, "its endpoint does not need it");
  if (!decision.start.empty()) {
    wishes.push_back({.endpoint = endpoint,
                      .starts = std::move(decision.start),
                      .spare = static_cast<std::size_t>(decision.spare)});
  }
  if (queue.queued > 0) AnnounceCapacity(endpoint->id, workers);
  return {.endpoint = endpoint,
          .waiting = queue.queued > 0,
          .starting = std::any_of(snapshots.begin(), snapshots.end(),
                                  [](const auto& worker) { return worker.starting; }),
          .unmet = decision.unmet};
}

void Fleet::StartWorkers(const std::vector<StartWish>& wishes,
                         const std::vector<FleetWorker>& workers,
                         const std::vector<Scaled>& scaled) {
  std::map<std::string, WorkerState> states;
  for (const FleetWorker& worker : workers) {
    const auto known = known_.find(worker.id);
    const bool told = known != known_.end() && known->second.draining;
    states[worker.id] = told ? WorkerState::kDraining : worker.state;
    // It may not have heard: it was not connected then.
    if (told && worker.state != WorkerState::kDraining) dispatcher_.Drain(worker.id);
  }
  StartOutcome outcome = starter_.Start(wishes, states);
  for (const std::string& id : outcome.yielding) Drain(id, "other projects have had less");
  for (const Scaled& each : scaled) {
    Hindrance hindrance = outcome.hindrances[each.endpoint->id];
    if (hindrance.obstacle == Obstacle::kNone && each.starting) {
      hindrance = {.obstacle = Obstacle::kStarting, .detail = "a worker is starting"};
    }
    if (hindrance.obstacle == Obstacle::kNone && each.unmet) {
      hindrance = {.obstacle = Obstacle::kCannotRun,
                   .detail = "no GPU of the fleet has what waiting jobs ask for"};
    }
    Announce(each.endpoint->id, each.waiting ? std::move(hindrance) : Hindrance());
  }
}

void Fleet::AnnounceCapacity(const std::string& endpoint_id,
                             const std::vector<FleetWorker>& workers) {
  Capacity capacity = CapacityOf(workers, clock_.Now());
  Capacity& known = capacities_[endpoint_id];
  Capacity same = known;
  same.at = capacity.at;
  const absl::Duration age = capacity.at - known.at;
  const bool due = age >= kCapacityStale || (age >= kCapacityPause && same != capacity);
  // When Redis is away the next round will do.
  if (due && log_.SetCapacity(endpoint_id, capacity).ok()) known = std::move(capacity);
}

void Fleet::Announce(const std::string& endpoint_id, Hindrance hindrance) {
  const auto known = announced_.find(endpoint_id);
  if (known != announced_.end() && known->second == hindrance) return;
  const absl::Status status = log_.SetHindrance(endpoint_id, hindrance);
  // Redis is away; the next round will do.
  if (status.ok()) announced_[endpoint_id] = std::move(hindrance);
}

}  // namespace furnace::scheduler

#include "services/scheduler/app/fleet.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "services/scheduler/domain/autoscale.h"
#include "services/scheduler/domain/shard.h"

namespace furnace::scheduler {
namespace {

constexpr absl::Duration kFirstBackoff = absl::Seconds(1);
constexpr absl::Duration kMaxBackoff = absl::Minutes(1);
constexpr absl::Duration kNoRoomPause = absl::Seconds(1);

absl::Duration BackoffAfter(int failures) {
  return std::min(kFirstBackoff * (1 << std::min(failures - 1, 10)), kMaxBackoff);
}

WorkerState StateOf(const ConnectedWorker& worker) {
  if (worker.draining) return WorkerState::kDraining;
  return worker.jobs > 0 ? WorkerState::kRunning : WorkerState::kIdle;
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
  worker.state = StateOf(connected);
  worker.jobs = connected.jobs;
  worker.idle_since = connected.idle_since;
  worker.cold_start = hello.worker.cold_start;
}

WorkerSnapshot SnapshotOf(const FleetWorker& worker, const Endpoint& endpoint) {
  return {.id = worker.id,
          .starting = worker.state == WorkerState::kStarting,
          .draining = worker.state == WorkerState::kDraining,
          .jobs = worker.jobs,
          .idle_since = worker.idle_since,
          .outdated = worker.endpoint_revision < endpoint.revision};
}

}  // namespace

std::vector<FleetWorker> Fleet::Workers() const {
  std::map<std::string, FleetWorker> by_id;
  for (const DriverWorker& worker : driver_.List()) by_id[worker.id] = FromDriver(worker);
  for (const ConnectedWorker& worker : dispatcher_.Workers()) {
    Merge(worker, by_id[worker.hello.worker.worker_id]);
  }
  std::vector<FleetWorker> workers;
  for (auto& [id, worker] : by_id) workers.push_back(std::move(worker));
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
  std::vector<std::string> ids;
  for (const EndpointPtr& endpoint : endpoints) ids.push_back(endpoint->id);
  const auto queues = log_.Survey(ids);
  if (!queues.ok()) return;  // Redis is away; the next round will do.
  for (const EndpointPtr& endpoint : endpoints) {
    const auto queue = queues->find(endpoint->id);
    if (queue != queues->end()) {
      ScaleEndpoint(*endpoint, queue->second, by_endpoint[endpoint->id]);
    }
  }
}

void Fleet::NoticeEnds(const std::vector<FleetWorker>& workers) {
  const absl::Time now = clock_.Now();
  std::set<std::string> driven;
  for (const DriverWorker& worker : driver_.List()) driven.insert(worker.id);
  const std::map<std::string, Known> before = std::exchange(known_, {});
  for (const auto& [id, known] : before) {
    if (driven.contains(id)) continue;
    dispatcher_.WorkerEnded(id);
    if (!known.connected) NoticeEarlyEnd(id, known.endpoint_id);
  }
  for (const FleetWorker& worker : workers) {
    if (!driven.contains(worker.id)) continue;
    const auto found = before.find(worker.id);
    // One that is new here may be old: a scheduler before this one left it running.
    Known known = found != before.end()
                      ? found->second
                      : Known{.endpoint_id = worker.endpoint_id, .away_since = now};
    if (worker.state != WorkerState::kStarting) {
      if (!std::exchange(known.connected, true)) starts_.erase(worker.endpoint_id);
      known.away_since = now;
    } else if (now - known.away_since > InitTimeout(worker.endpoint_id)) {
      spdlog::warn("worker {} did not connect in time", worker.id);
      driver_.Kill(worker.id);
    }
    known_[worker.id] = std::move(known);
  }
}

absl::Duration Fleet::InitTimeout(const std::string& endpoint_id) const {
  const EndpointPtr endpoint = catalog_.Cached(endpoint_id);
  return endpoint == nullptr ? Endpoint().init_timeout : endpoint->init_timeout;
}

void Fleet::NoticeEarlyEnd(const std::string& worker_id, const std::string& endpoint_id) {
  StartRecord& record = starts_[endpoint_id];
  ++record.failures;
  record.not_before = clock_.Now() + BackoffAfter(record.failures);
  spdlog::warn("worker {} of endpoint {} ended before it connected ({} in a row)", worker_id,
               endpoint_id, record.failures);
}

void Fleet::ScaleEndpoint(const Endpoint& endpoint, const QueueSnapshot& queue,
                          const std::vector<FleetWorker>& workers) {
  std::vector<WorkerSnapshot> snapshots;
  for (const FleetWorker& worker : workers) snapshots.push_back(SnapshotOf(worker, endpoint));
  const ScaleDecision decision = Autoscale(endpoint, queue, snapshots, clock_.Now());
  for (const std::string& id : decision.drain) {
    spdlog::info("draining worker {} of endpoint {}", id, endpoint.name);
    dispatcher_.Drain(id);
  }
  if (decision.start > 0) StartWorkers(endpoint, decision.start);
}

void Fleet::StartWorkers(const Endpoint& endpoint, int count) {
  const auto record = starts_.find(endpoint.id);
  if (record != starts_.end() && clock_.Now() < record->second.not_before) return;
  for (int i = 0; i < count; ++i) {
    const absl::StatusOr<std::string> id = driver_.Start(endpoint);
    if (!id.ok()) {
      const bool full = absl::IsResourceExhausted(id.status());
      if (!full) spdlog::warn("endpoint {}: {}", endpoint.name, id.status().ToString());
      starts_[endpoint.id].not_before = clock_.Now() + (full ? kNoRoomPause : kMaxBackoff);
      return;
    }
    spdlog::info("started worker {} for endpoint {}", *id, endpoint.name);
  }
}

}  // namespace furnace::scheduler

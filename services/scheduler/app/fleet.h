#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "libs/common/base/clock.h"
#include "libs/common/base/mutex.h"
#include "services/scheduler/app/dispatcher.h"
#include "services/scheduler/app/endpoint_catalog.h"
#include "services/scheduler/app/ports.h"
#include "services/scheduler/app/shard_leader.h"
#include "services/scheduler/app/worker_starter.h"

namespace furnace::scheduler {

/// A worker as FleetService shows it.
struct FleetWorker {
  std::string id;
  std::string endpoint_id;
  std::int64_t endpoint_revision = 0;
  WorkerState state = WorkerState::kStarting;
  std::string gpu_type;
  int gpu_count = 1;
  WorkerTraits traits;
  int jobs = 0;
  int credits = 0;                     // Jobs it has room for besides.
  std::vector<absl::Time> job_starts;  // Of its jobs, as far as known.
  bool had_job = false;                // At some time.
  absl::Time started_at;
  absl::Time idle_since = absl::InfiniteFuture();
  absl::Duration cold_start;
  std::vector<GpuInfo> gpus;
  GpuReadings gpu_readings;
  std::optional<WorkerNote> note;  // The last that it said of itself.
};

/// The workers of this replica, started by its driver or come by themselves, and
/// the loop that keeps as many of them as the queues call for. Thread-safe.
class Fleet {
 public:
  static constexpr absl::Duration kEvery = absl::Milliseconds(200);
  /// A worker that was told to end and has no job is killed after this: more than an
  /// agent that works takes to finish, stop its handler and see its results settled.
  static constexpr absl::Duration kDrainLimit = absl::Minutes(1);

  /// So much longer than its time to get ready has a worker to be connected: its agent,
  /// which counts too, may have to say why it is not.
  static constexpr absl::Duration kLastWords = absl::Seconds(5);

  Fleet(Driver& driver, Dispatcher& dispatcher, EndpointCatalog& catalog, ShardLog& log,
        const ShardLeader& leader, const Clock& clock, int shards, FairnessPolicy fairness = {},
        const StartRules* rules = nullptr)
      : driver_(driver),
        dispatcher_(dispatcher),
        catalog_(catalog),
        log_(log),
        leader_(leader),
        clock_(clock),
        shards_(shards),
        rules_(rules),
        starter_(driver, catalog, clock, std::move(fairness)) {}

  /// One round of the loop: notices workers that ended, starts and drains. Blocks;
  /// for one thread.
  void Scale();

  std::vector<FleetWorker> Workers() const;
  std::vector<GpuPool> Gpus() { return driver_.Gpus(); }

 private:
  /// A worker of the driver's, as the rounds before saw it.
  struct Known {
    std::string endpoint_id;
    std::int64_t revision = 0;
    bool had_job = false;  // At some time, as the next.
    bool draining = false;
    absl::Time away_since;  // Since when it is not, as far as this replica knows.
    absl::Time end_by = absl::InfiniteFuture();  // While it drains and has no job.
  };

  void NoticeEnds(const std::vector<FleetWorker>& workers);
  /// A worker that has not been connected for so long is ended.
  absl::Duration InitTimeout(const std::string& endpoint_id) const;
  /// Kills a worker that drains and does not end.
  void EndOverdue(const FleetWorker& worker, Known& known);
  void NoticeEarlyEnd(const std::string& worker_id, const Known& known);
  /// An endpoint in a round of Scale.
  struct Scaled {
    EndpointPtr endpoint;
    bool waiting = false;  // Jobs are.
    bool starting = false;
    bool unmet = false;  // See ScaleDecision.
  };

  /// Of the workers that have jobs or start.
  std::map<std::string, std::int64_t> GpusByProject(const std::vector<FleetWorker>& workers) const;
  /// Tells the rules of an endpoint of a project with a quota of GPUs whose jobs wait for workers
  /// that start or would be started.
  void NoteWaiting(const Endpoint& endpoint, const QueueSnapshot& queue,
                   const std::vector<FleetWorker>& workers) const;
  /// The endpoint with no more workers than its project's quota of GPUs has room for, but for
  /// one. `gpus` is what GpusByProject says, and what is about to be started.
  EndpointPtr Within(const EndpointPtr& endpoint, const std::vector<FleetWorker>& workers,
                     const std::map<std::string, std::int64_t>& gpus) const;
  /// What the autoscaler is to see of an endpoint: without workers that are always on, when they
  /// are not to be kept.
  static EndpointPtr Standing(const EndpointPtr& endpoint, const std::optional<StartBlock>& block);
  /// Likewise of its queue: only jobs that may be started.
  QueueSnapshot Startable(const Endpoint& endpoint, const QueueSnapshot& queue,
                          const std::optional<StartBlock>& block) const;
  /// The queue without jobs that wait for a budget of their API key.
  QueueSnapshot WithoutSpent(const Endpoint& endpoint, QueueSnapshot queue) const;
  /// Drains what is not needed, and adds what is.
  Scaled ScaleEndpoint(const EndpointPtr& endpoint, const QueueSnapshot& queue,
                       const std::vector<FleetWorker>& workers, const std::vector<GpuOffer>& offers,
                       std::vector<StartWish>& wishes);
  void Drain(const std::string& worker_id, std::string_view why);
  /// Meets the wishes as far as may be, and announces what hinders.
  void StartWorkers(const std::vector<StartWish>& wishes, const std::vector<FleetWorker>& workers,
                    const std::vector<Scaled>& scaled);
  /// Tells the queue what keeps workers away, unless it knows.
  void Announce(const std::string& endpoint_id, Hindrance hindrance);
  /// Likewise what the workers can take, at most once a second and at least every two.
  void AnnounceCapacity(const std::string& endpoint_id, const std::vector<FleetWorker>& workers);

  Driver& driver_;
  Dispatcher& dispatcher_;
  EndpointCatalog& catalog_;
  ShardLog& log_;
  const ShardLeader& leader_;
  const Clock& clock_;
  const int shards_;
  const StartRules* const rules_;  // May be nullptr.

  // Scale's own.
  std::map<std::string, Known> known_;
  WorkerStarter starter_;
  std::map<std::string, Hindrance> announced_;  // By endpoint, as the next.
  std::map<std::string, Capacity> capacities_;  // As announced.
};

}  // namespace furnace::scheduler

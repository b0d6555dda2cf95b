#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/scheduler/app/batch_ports.h"
#include "services/scheduler/app/dependencies.h"
#include "services/scheduler/app/endpoint_catalog.h"
#include "services/scheduler/app/forecast_book.h"
#include "services/scheduler/app/job_webhooks.h"
#include "services/scheduler/app/ports.h"
#include "services/scheduler/app/result_ports.h"
#include "services/scheduler/app/shard_leader.h"

namespace furnace::scheduler {

/// Carries the queue's events to where they are kept: jobs into history, ended
/// attempts, their parts and slices of workers' lifetimes to their history and to metering; and the
/// ends of jobs to their batches, their webhooks and to jobs that wait for them. Events are
/// forgotten once all have them, and all skip what they have, so a crash anywhere repeats work and
/// loses none.
class Relay {
 public:
  /// Events of one shard in one round.
  static constexpr int kMaxEvents = 500;
  static constexpr absl::Duration kEvery = absl::Milliseconds(50);

  Relay(ShardLog& log, const ShardLeader& leader, EndpointCatalog& catalog, JobHistory& history,
        AttemptHistory& attempts, BatchListener& batches, JobEndListener& webhooks,
        UsageSink& usage, Dependencies& dependencies, ForecastBook& forecasts)
      : log_(log),
        leader_(leader),
        catalog_(catalog),
        history_(history),
        attempts_(attempts),
        batches_(batches),
        webhooks_(webhooks),
        usage_(usage),
        dependencies_(dependencies),
        forecasts_(forecasts) {}

  /// Relays what there is, in as many rounds as that takes; blocks. An error ends
  /// it; the next call goes on from there.
  absl::Status Run();

 private:
  // Both by shard.
  using Events = std::map<int, std::vector<JobEvent>>;
  using Jobs = std::map<int, std::vector<JobRecord>>;

  static std::vector<WorkerSlice> SlicesIn(const Events& events);

  absl::StatusOr<bool> Round();
  absl::StatusOr<Jobs> ReadJobs(const Events& events);
  absl::Status TellDependents(const Jobs& jobs);
  void SetRetention(Jobs& jobs);
  absl::Status SaveJobs(const Jobs& jobs);
  absl::Status SaveOneByOne(Jobs& jobs);
  absl::Status TellBatches(const Jobs& jobs);
  absl::Status SaveAttempts(const Events& events);
  absl::Status SaveSlices(const Events& events);
  absl::Status TellWebhooks(const Jobs& jobs);
  absl::Status RecordUsage(const Events& events);
  void NoteRuns(const Events& events, const Jobs& jobs);
  absl::Status Forget(const Events& events, const Jobs& jobs);

  ShardLog& log_;
  const ShardLeader& leader_;
  EndpointCatalog& catalog_;
  JobHistory& history_;
  AttemptHistory& attempts_;
  BatchListener& batches_;
  JobEndListener& webhooks_;
  UsageSink& usage_;
  Dependencies& dependencies_;
  ForecastBook& forecasts_;
};

}  // namespace furnace::scheduler

#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/scheduler/domain/affinity.h"
#include "services/scheduler/domain/endpoint.h"

namespace furnace::scheduler {

/// The jobs of an endpoint that ask for the same workers, at one moment.
struct ClassSnapshot {
  Affinity affinity;
  int queued = 0;
  absl::Duration oldest_wait;  // As in QueueSnapshot.
};

/// An endpoint's queue at one moment.
struct QueueSnapshot {
  int queued = 0;
  int running = 0;
  int held = 0;  // WAITING, DELAYED, or kept back by one of the same concurrency key.
  /// For how long the job that goes next has been runnable; zero when none waits.
  absl::Duration oldest_wait;
  /// Those that hold any of `queued`; the first hundred, if there are more.
  std::vector<ClassSnapshot> classes = {};
};

/// A worker at one moment.
struct WorkerSnapshot {
  std::string id;
  std::string gpu_type;
  WorkerTraits traits;    // As far as they are known; those of a new worker are the offer's.
  bool starting = false;  // Not connected yet.
  bool draining = false;
  int jobs = 0;
  absl::Time idle_since = absl::InfiniteFuture();  // Since when `jobs` is 0.
  bool outdated = false;                           // Of an older revision.
};

/// GPUs of one type on which workers can be started.
struct GpuOffer {
  std::string gpu_type;
  int total = 0;        // GPUs, free or not.
  WorkerTraits traits;  // Of such a worker.
};

/// What to do about an endpoint's workers now.
struct ScaleDecision {
  /// For each worker to start the GPU types it may have, by preference.
  std::vector<std::vector<std::string>> start;
  int spare = 0;  // So many of them, the last, only keep min_workers: no job waits for them.
  std::vector<std::string> drain;  // These less; idle ones only.
  /// Jobs wait that no worker which could be started may take.
  bool unmet = false;
};

/// Decides how many workers an endpoint should have and which go.
///
/// Jobs beyond the endpoint's max_concurrency do not count: more workers could not
/// run them; nor do those in the background, unless the endpoint is deleted. Starts the first
/// worker as soon as anything waits, and one as soon as jobs wait that none of the workers may
/// take, or critical ones for which none is free or on its way. With QUEUE_DELAY it adds one for
/// each `value` seconds that the next job has waited, and never more than there are waiting jobs;
/// workers that start count as help on the way. With REQUEST_COUNT it wants one for each `value`
/// jobs. All within max_workers: to make room for jobs that no worker may take, one that is idle
/// and may take none of those that wait is drained.
///
/// Drains workers idle for `idle_timeout` that may take nothing of what waits down to
/// min_workers, longest idle first, outdated ones as soon as they are idle; a paused
/// endpoint wants none, a deleted one none once nothing waits. Never drains a worker
/// with a job. Ties go to the smallest id, so equal inputs give equal answers.
ScaleDecision Autoscale(const Endpoint& endpoint, QueueSnapshot queue,
                        const std::vector<WorkerSnapshot>& workers,
                        const std::vector<GpuOffer>& offers, absl::Time now);

}  // namespace furnace::scheduler

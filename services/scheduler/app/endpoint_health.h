#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/common/base/clock.h"
#include "libs/common/base/mutex.h"
#include "services/scheduler/app/fleet.h"
#include "services/scheduler/app/health_ports.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// How an endpoint gets on.
struct EndpointHealth {
  std::int64_t in_queue = 0;  // Whatever they wait for.
  std::int64_t in_progress = 0;
  JobTally ended;
  std::map<WorkerState, int> workers;
};

/// Counts endpoints' jobs and workers. Blocks. Thread-safe.
class HealthReader {
 public:
  /// Of an endpoint so many jobs are looked at, the latest, to count those that ended.
  static constexpr int kCounted = 100'000;
  /// For so long such a count is used again: it takes some tens of milliseconds.
  static constexpr absl::Duration kTallyFor = absl::Seconds(5);
  /// Counts kept at most.
  static constexpr std::size_t kMaxTallies = 1'000;

  HealthReader(ShardLog& log, JobCounter& counter, const Fleet& fleet, const Clock& clock)
      : log_(log), counter_(counter), fleet_(fleet), clock_(clock) {}

  /// Of an endpoint that is there. UNAVAILABLE when Redis or PostgreSQL cannot be reached.
  absl::StatusOr<EndpointHealth> Read(const std::string& endpoint_id);

 private:
  struct Kept {
    JobTally tally;
    absl::Time counted;
  };

  absl::StatusOr<JobTally> Tally(const std::string& endpoint_id) ABSL_LOCKS_EXCLUDED(mutex_);

  ShardLog& log_;
  JobCounter& counter_;
  const Fleet& fleet_;
  const Clock& clock_;
  Mutex mutex_;
  std::map<std::string, Kept> kept_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace furnace::scheduler

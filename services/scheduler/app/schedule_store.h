#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/scheduler/domain/schedule.h"

namespace furnace::scheduler {

struct ScheduleFilter {
  std::string endpoint_id;
  std::string project_id;
  std::string after_id = {};  // Only ids above it; empty: all.
  int limit = 100;
};

/// Which due schedules a replica is to run.
struct DueFilter {
  std::vector<int> shards;  // Those it leads.
  int shard_count = 1;      // Of all there are.
  absl::Time now;
  int limit = 100;
};

/// What became of a schedule that was due.
struct ScheduleAdvance {
  std::string id;
  // As they were when it was read; if either has changed, nothing is stored.
  std::int64_t revision = 0;
  absl::Time due;

  std::optional<absl::Time> next_run_at = {};
  bool paused = false;  // It cannot go on.
  std::optional<absl::Time> last_run_at = {};
  std::string last_job_id = {};
  std::string last_error = {};
};

/// Where schedules are kept. A schedule of another project answers NOT_FOUND. Blocks.
class ScheduleStore {
 public:
  virtual ~ScheduleStore() = default;

  /// ALREADY_EXISTS when its endpoint has one of this name, RESOURCE_EXHAUSTED when the
  /// endpoint has `max_schedules`.
  virtual absl::Status Create(const Schedule& schedule, int max_schedules) = 0;

  virtual absl::StatusOr<Schedule> Get(const std::string& id, const std::string& project_id) = 0;

  /// An endpoint's, by rising id, without inputs.
  virtual absl::StatusOr<std::vector<Schedule>> List(const ScheduleFilter& filter) = 0;

  /// Replaces what a client may change, under the revision after the schedule's; the
  /// latest run's part stays as it is stored, and so does next_run_at unless
  /// `reschedule`. ABORTED when its revision is not the stored one. ALREADY_EXISTS as
  /// above.
  virtual absl::Status Update(const Schedule& schedule, bool reschedule) = 0;

  virtual absl::Status Delete(const std::string& id, const std::string& project_id) = 0;

  /// Those that are due, the longest due first, with inputs.
  virtual absl::StatusOr<std::vector<Schedule>> Due(const DueFilter& filter) = 0;

  /// Stores what became of a run; false when the schedule has changed or is gone.
  virtual absl::StatusOr<bool> Advance(const ScheduleAdvance& advance) = 0;
};

}  // namespace furnace::scheduler

#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/common/base/clock.h"
#include "services/scheduler/app/endpoint_catalog.h"
#include "services/scheduler/app/schedule_store.h"
#include "services/scheduler/domain/schedule.h"

namespace furnace::scheduler {

/// Schedules as clients see and change them; ScheduleRunner runs them. Errors besides
/// those named: NOT_FOUND when the project has no such schedule or endpoint, and those of
/// the store. Blocks. Thread-safe.
class Schedules {
 public:
  Schedules(ScheduleStore& store, EndpointCatalog& catalog, const Clock& clock)
      : store_(store), catalog_(catalog), clock_(clock) {}

  /// Stores a new schedule; of `draft` only what a client may choose counts, its endpoint
  /// and its project. INVALID_ARGUMENT, and the errors of ScheduleStore::Create.
  absl::StatusOr<Schedule> Create(Schedule draft);

  absl::StatusOr<Schedule> Get(const std::string& id, const std::string& project_id);

  /// See ScheduleStore::List.
  absl::StatusOr<std::vector<Schedule>> List(const ScheduleFilter& filter);

  /// Replaces what a client may choose by that of `draft`, which names the schedule. With
  /// another expression or time zone, runs are counted from now on; else one that is
  /// due stays so. INVALID_ARGUMENT; ABORTED when somebody else changes it meanwhile.
  absl::StatusOr<Schedule> Update(Schedule draft);

  absl::StatusOr<Schedule> Delete(const std::string& id, const std::string& project_id);

  /// No more runs until Resume; those of the meantime are not missed, and not made up for.
  absl::StatusOr<Schedule> Pause(const std::string& id, const std::string& project_id);
  absl::StatusOr<Schedule> Resume(const std::string& id, const std::string& project_id);

 private:
  absl::StatusOr<Schedule> SetPaused(const std::string& id, const std::string& project_id,
                                     bool paused);

  ScheduleStore& store_;
  EndpointCatalog& catalog_;
  const Clock& clock_;
};

}  // namespace furnace::scheduler

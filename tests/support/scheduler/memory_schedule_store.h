#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "libs/common/base/mutex.h"
#include "services/scheduler/app/schedule_store.h"

namespace furnace::scheduler {

/// Schedules in memory. Thread-safe.
class MemoryScheduleStore final : public ScheduleStore {
 public:
  absl::Status Create(const Schedule& schedule, int max_schedules) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<Schedule> Get(const std::string& id, const std::string& project_id) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<std::vector<Schedule>> List(const ScheduleFilter& filter) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Update(const Schedule& schedule, bool reschedule) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Delete(const std::string& id, const std::string& project_id) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<std::vector<Schedule>> Due(const DueFilter& filter) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<bool> Advance(const ScheduleAdvance& advance) override ABSL_LOCKS_EXCLUDED(mutex_);

  /// The next calls of Advance fail so and store nothing.
  void FailAdvance(absl::Status status) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  Schedule* FindLocked(const std::string& id, const std::string& project_id)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsTakenLocked(const Schedule& schedule) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Mutex mutex_;
  std::map<std::string, Schedule> schedules_ ABSL_GUARDED_BY(mutex_);
  absl::Status advance_failure_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace furnace::scheduler

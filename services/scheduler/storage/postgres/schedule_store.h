#pragma once

#include <string>
#include <vector>

#include "libs/common/postgres/pool.h"
#include "services/scheduler/app/schedule_store.h"

namespace furnace::scheduler {

/// Schedules in scheduler.furnace_schedules. Thread-safe.
class PostgresScheduleStore final : public ScheduleStore {
 public:
  explicit PostgresScheduleStore(postgres::Pool& pool) : pool_(pool) {}

  absl::Status Create(const Schedule& schedule, int max_schedules) override;
  absl::StatusOr<Schedule> Get(const std::string& id, const std::string& project_id) override;
  absl::StatusOr<std::vector<Schedule>> List(const ScheduleFilter& filter) override;
  absl::Status Update(const Schedule& schedule, bool reschedule) override;
  absl::Status Delete(const std::string& id, const std::string& project_id) override;
  absl::StatusOr<std::vector<Schedule>> Due(const DueFilter& filter) override;
  absl::StatusOr<bool> Advance(const ScheduleAdvance& advance) override;

 private:
  postgres::Pool& pool_;
};

}  // namespace furnace::scheduler

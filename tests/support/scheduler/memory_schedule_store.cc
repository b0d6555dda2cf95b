#include "tests/support/scheduler/memory_schedule_store.h"

#include <algorithm>
#include <utility>

#include "libs/common/base/status.h"
#include "services/scheduler/domain/shard.h"

namespace furnace::scheduler {
namespace {

absl::Status NotFound(const std::string& id) {
  return Error(absl::StatusCode::kNotFound, "no schedule {}", id);
}

}  // namespace

absl::Status MemoryScheduleStore::Create(const Schedule& schedule, int max_schedules) {
  MutexLock lock(mutex_);
  const auto count = std::count_if(schedules_.begin(), schedules_.end(), [&](const auto& other) {
    return other.second.endpoint_id == schedule.endpoint_id;
  });
  if (count >= max_schedules) return absl::ResourceExhaustedError("too many schedules");
  if (IsTakenLocked(schedule)) return absl::AlreadyExistsError("name: taken");
  schedules_[schedule.id] = schedule;
  return absl::OkStatus();
}

absl::StatusOr<Schedule> MemoryScheduleStore::Get(const std::string& id,
                                                  const std::string& project_id) {
  MutexLock lock(mutex_);
  const Schedule* found = FindLocked(id, project_id);
  if (found == nullptr) return NotFound(id);
  return *found;
}

absl::StatusOr<std::vector<Schedule>> MemoryScheduleStore::List(const ScheduleFilter& filter) {
  MutexLock lock(mutex_);
  std::vector<Schedule> listed;
  for (const auto& [id, schedule] : schedules_) {
    if (schedule.endpoint_id != filter.endpoint_id || schedule.project_id != filter.project_id ||
        id <= filter.after_id || static_cast<int>(listed.size()) == filter.limit) {
      continue;
    }
    listed.push_back(schedule);
    listed.back().input.clear();
  }
  return listed;
}

absl::Status MemoryScheduleStore::Update(const Schedule& schedule, bool reschedule) {
  MutexLock lock(mutex_);
  Schedule* stored = FindLocked(schedule.id, schedule.project_id);
  if (stored == nullptr) return NotFound(schedule.id);
  if (stored->revision != schedule.revision) return absl::AbortedError("changed meanwhile");
  if (IsTakenLocked(schedule)) return absl::AlreadyExistsError("name: taken");
  Schedule next = schedule;
  ++next.revision;
  next.created_at = stored->created_at;
  if (!reschedule) next.next_run_at = stored->next_run_at;
  next.last_run_at = stored->last_run_at;
  next.last_job_id = stored->last_job_id;
  next.last_error = stored->last_error;
  *stored = std::move(next);
  return absl::OkStatus();
}

absl::Status MemoryScheduleStore::Delete(const std::string& id, const std::string& project_id) {
  MutexLock lock(mutex_);
  if (FindLocked(id, project_id) == nullptr) return NotFound(id);
  schedules_.erase(id);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Schedule>> MemoryScheduleStore::Due(const DueFilter& filter) {
  MutexLock lock(mutex_);
  std::vector<Schedule> due;
  for (const auto& [id, schedule] : schedules_) {
    const int shard = ShardOfEndpoint(schedule.endpoint_id, filter.shard_count);
    const bool led =
        std::find(filter.shards.begin(), filter.shards.end(), shard) != filter.shards.end();
    if (led && schedule.next_run_at && *schedule.next_run_at <= filter.now) due.push_back(schedule);
  }
  std::stable_sort(due.begin(), due.end(), [](const Schedule& a, const Schedule& b) {
    return *a.next_run_at < *b.next_run_at;
  });
  due.resize(std::min(due.size(), static_cast<std::size_t>(filter.limit)));
  return due;
}

absl::StatusOr<bool> MemoryScheduleStore::Advance(const ScheduleAdvance& advance) {
  MutexLock lock(mutex_);
  FURNACE_RETURN_IF_ERROR(advance_failure_);
  const auto found = schedules_.find(advance.id);
  if (found == schedules_.end()) return false;
  Schedule& schedule = found->second;
  if (schedule.revision != advance.revision || schedule.next_run_at != advance.due) return false;
  schedule.next_run_at = advance.next_run_at;
  schedule.paused = advance.paused;
  schedule.last_run_at = advance.last_run_at;
  schedule.last_job_id = advance.last_job_id;
  schedule.last_error = advance.last_error;
  return true;
}

void MemoryScheduleStore::FailAdvance(absl::Status status) {
  MutexLock lock(mutex_);
  advance_failure_ = std::move(status);
}

Schedule* MemoryScheduleStore::FindLocked(const std::string& id, const std::string& project_id) {
  const auto found = schedules_.find(id);
  const bool own = found != schedules_.end() && found->second.project_id == project_id;
  return own ? &found->second : nullptr;
}

bool MemoryScheduleStore::IsTakenLocked(const Schedule& schedule) const {
  return std::any_of(schedules_.begin(), schedules_.end(), [&](const auto& entry) {
    const Schedule& other = entry.second;
    return other.id != schedule.id && other.endpoint_id == schedule.endpoint_id &&
           other.name == schedule.name;
  });
}

}  // namespace furnace::scheduler

#include "services/scheduler/app/schedules.h"

#include <utility>

#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"

namespace furnace::scheduler {

absl::StatusOr<Schedule> Schedules::Create(Schedule draft) {
  FURNACE_RETURN_IF_ERROR(CheckScheduleName(draft.name));
  FURNACE_ASSIGN_OR_RETURN(const Timetable timetable, ParseTimetable(draft.cron, draft.time_zone));
  FURNACE_RETURN_IF_ERROR(catalog_.FindFor(draft.project_id, draft.endpoint_id).status());
  const absl::Time now = clock_.Now();
  draft.id = NewUuid(now);
  draft.created_at = now;
  draft.updated_at = now;
  draft.next_run_at = NextAfter(timetable.cron, now, timetable.zone);
  FURNACE_RETURN_IF_ERROR(store_.Create(draft, kMaxSchedulesPerEndpoint));
  return draft;
}

absl::StatusOr<Schedule> Schedules::Get(const std::string& id, const std::string& project_id) {
  return store_.Get(id, project_id);
}

absl::StatusOr<std::vector<Schedule>> Schedules::List(const ScheduleFilter& filter) {
  FURNACE_RETURN_IF_ERROR(catalog_.FindFor(filter.project_id, filter.endpoint_id).status());
  return store_.List(filter);
}

absl::StatusOr<Schedule> Schedules::Update(Schedule draft) {
  FURNACE_RETURN_IF_ERROR(CheckScheduleName(draft.name));
  FURNACE_ASSIGN_OR_RETURN(const Timetable timetable, ParseTimetable(draft.cron, draft.time_zone));
  FURNACE_ASSIGN_OR_RETURN(const Schedule current, store_.Get(draft.id, draft.project_id));
  const absl::Time now = clock_.Now();
  const bool other_times = draft.cron != current.cron || draft.time_zone != current.time_zone;
  const bool reschedule = other_times && !current.paused;
  draft.endpoint_id = current.endpoint_id;
  draft.paused = current.paused;
  draft.revision = current.revision;
  draft.updated_at = now;
  draft.next_run_at =
      reschedule ? NextAfter(timetable.cron, now, timetable.zone) : current.next_run_at;
  FURNACE_RETURN_IF_ERROR(store_.Update(draft, reschedule));
  return store_.Get(draft.id, draft.project_id);
}

absl::StatusOr<Schedule> Schedules::Delete(const std::string& id, const std::string& project_id) {
  FURNACE_ASSIGN_OR_RETURN(Schedule schedule, store_.Get(id, project_id));
  FURNACE_RETURN_IF_ERROR(store_.Delete(id, project_id));
  return schedule;
}

absl::StatusOr<Schedule> Schedules::Pause(const std::string& id, const std::string& project_id) {
  return SetPaused(id, project_id, true);
}

absl::StatusOr<Schedule> Schedules::Resume(const std::string& id, const std::string& project_id) {
  return SetPaused(id, project_id, false);
}

absl::StatusOr<Schedule> Schedules::SetPaused(const std::string& id, const std::string& project_id,
                                              bool paused) {
  FURNACE_ASSIGN_OR_RETURN(Schedule schedule, store_.Get(id, project_id));
  if (schedule.paused == paused) return schedule;
  if (!paused) {
    // It is paused when its endpoint is deleted; then it stays so.
    FURNACE_RETURN_IF_ERROR(catalog_.FindFor(project_id, schedule.endpoint_id).status());
  }
  FURNACE_ASSIGN_OR_RETURN(const Timetable timetable,
                           ParseTimetable(schedule.cron, schedule.time_zone));
  schedule.paused = paused;
  schedule.updated_at = clock_.Now();
  schedule.next_run_at.reset();
  if (!paused) {
    schedule.next_run_at = NextAfter(timetable.cron, schedule.updated_at, timetable.zone);
  }
  FURNACE_RETURN_IF_ERROR(store_.Update(schedule, /*reschedule=*/true));
  return store_.Get(id, project_id);
}

}  // namespace furnace::scheduler

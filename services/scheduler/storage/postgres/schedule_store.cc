#include "services/scheduler/storage/postgres/schedule_store.h"

#include <cstdint>
#include <utility>

#include "libs/common/base/status.h"
#include "services/scheduler/domain/shard.h"
#include "services/scheduler/storage/postgres/sql.h"

namespace furnace::scheduler {
namespace {

using postgres::Param;

Param Number(std::int64_t value) { return std::to_string(value); }
Param Flag(bool value) { return value ? "t" : "f"; }

Param Micros(std::optional<absl::Duration> duration) {
  if (!duration) return std::nullopt;
  return Number(absl::ToInt64Microseconds(*duration));
}

std::optional<absl::Duration> Duration(const postgres::Rows& rows, int row, int column) {
  if (rows.IsNull(row, column)) return std::nullopt;
  return absl::Microseconds(rows.Int(row, column));
}

absl::Status NotFound(const std::string& id) {
  return Error(absl::StatusCode::kNotFound, "no schedule {}", id);
}

absl::Status Explain(const absl::Status& status, const Schedule& schedule) {
  if (!absl::IsAlreadyExists(status)) return status;
  return Error(absl::StatusCode::kAlreadyExists, "name: the endpoint has a schedule '{}'",
               schedule.name);
}

Schedule ScheduleFromRow(const postgres::Rows& rows, int row) {
  int column = 0;
  const auto text = [&] { return std::string(rows.Text(row, column++)); };
  const auto number = [&] { return rows.Int(row, column++); };
  const auto time = [&] { return rows.Time(row, column++); };
  Schedule schedule;
  schedule.id = text();
  schedule.endpoint_id = text();
  schedule.project_id = text();
  schedule.name = text();
  schedule.cron = text();
  schedule.time_zone = text();
  schedule.missed_runs = static_cast<MissedRuns>(number());
  schedule.overlap = static_cast<Overlap>(number());
  schedule.priority = static_cast<int>(number());
  schedule.ttl = Duration(rows, row, column++);
  schedule.timeout = Duration(rows, row, column++);
  schedule.concurrency_key = text();
  schedule.window = text();
  schedule.webhook = text();
  schedule.attribution = text();
  schedule.paused = rows.Bool(row, column++);
  schedule.revision = number();
  schedule.created_at = time().value_or(absl::InfinitePast());
  schedule.updated_at = time().value_or(absl::InfinitePast());
  schedule.next_run_at = time();
  schedule.last_run_at = time();
  schedule.last_job_id = text();
  schedule.last_error = text();
  schedule.input = text();
  return schedule;
}

std::vector<Schedule> SchedulesFrom(const postgres::Rows& rows) {
  std::vector<Schedule> schedules;
  for (int row = 0; row < rows.size(); ++row) schedules.push_back(ScheduleFromRow(rows, row));
  return schedules;
}

std::vector<Param> InsertParams(const Schedule& schedule) {
  return {schedule.id,
          schedule.endpoint_id,
          schedule.project_id,
          schedule.name,
          Number(SlotOfEndpoint(schedule.endpoint_id)),
          schedule.cron,
          schedule.time_zone,
          Number(static_cast<int>(schedule.missed_runs)),
          Number(static_cast<int>(schedule.overlap)),
          schedule.input,
          Number(schedule.priority),
          Micros(schedule.ttl),
          Micros(schedule.timeout),
          schedule.concurrency_key,
          schedule.window,
          schedule.webhook,
          schedule.attribution,
          Flag(schedule.paused),
          Number(schedule.revision),
          postgres::TimeParam(schedule.created_at),
          postgres::TimeParam(schedule.updated_at),
          postgres::TimeParam(schedule.next_run_at)};
}

}  // namespace

absl::Status PostgresScheduleStore::Create(const Schedule& schedule, int max_schedules) {
  const absl::Status created =
      pool_.Transact([&](postgres::Connection& connection) -> absl::Status {
        FURNACE_RETURN_IF_ERROR(
            connection.Exec(sql::kLockSchedules, {schedule.endpoint_id}).status());
        FURNACE_ASSIGN_OR_RETURN(const postgres::Rows count,
                                 connection.Exec(sql::kCountSchedules, {schedule.endpoint_id}));
        if (count.Int(0, 0) >= max_schedules) {
          return Error(absl::StatusCode::kResourceExhausted, "the endpoint has {} schedules",
                       max_schedules);
        }
        return connection.Exec(sql::kInsertSchedule, InsertParams(schedule)).status();
      });
  return Explain(created, schedule);
}

absl::StatusOr<Schedule> PostgresScheduleStore::Get(const std::string& id,
                                                    const std::string& project_id) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kSelectSchedule, {id, project_id}));
  if (rows.empty()) return NotFound(id);
  return ScheduleFromRow(rows, 0);
}

absl::StatusOr<std::vector<Schedule>> PostgresScheduleStore::List(const ScheduleFilter& filter) {
  const Param after = filter.after_id.empty() ? std::nullopt : Param(filter.after_id);
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kListSchedules, {filter.endpoint_id, filter.project_id,
                                                            after, Number(filter.limit)}));
  return SchedulesFrom(rows);
}

absl::Status PostgresScheduleStore::Update(const Schedule& schedule, bool reschedule) {
  const absl::StatusOr<postgres::Rows> rows =
      pool_.Exec(sql::kUpdateSchedule, {schedule.id,
                                        schedule.project_id,
                                        Number(schedule.revision),
                                        schedule.name,
                                        schedule.cron,
                                        schedule.time_zone,
                                        Number(static_cast<int>(schedule.missed_runs)),
                                        Number(static_cast<int>(schedule.overlap)),
                                        schedule.input,
                                        Number(schedule.priority),
                                        Micros(schedule.ttl),
                                        Micros(schedule.timeout),
                                        schedule.concurrency_key,
                                        schedule.window,
                                        schedule.webhook,
                                        schedule.attribution,
                                        Flag(schedule.paused),
                                        postgres::TimeParam(schedule.updated_at),
                                        Flag(reschedule),
                                        postgres::TimeParam(schedule.next_run_at)});
  if (!rows.ok()) return Explain(rows.status(), schedule);
  if (rows->affected() == 1) return absl::OkStatus();
  FURNACE_RETURN_IF_ERROR(Get(schedule.id, schedule.project_id).status());
  return Error(absl::StatusCode::kAborted, "schedule {} was changed meanwhile", schedule.id);
}

absl::Status PostgresScheduleStore::Delete(const std::string& id, const std::string& project_id) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kDeleteSchedule, {id, project_id}));
  return rows.affected() == 1 ? absl::OkStatus() : NotFound(id);
}

absl::StatusOr<std::vector<Schedule>> PostgresScheduleStore::Due(const DueFilter& filter) {
  std::vector<Param> shards;
  for (const int shard : filter.shards) shards.push_back(Number(shard));
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kListDueSchedules,
                 {postgres::TimeParam(filter.now), postgres::ArrayLiteral(shards),
                  Number(filter.shard_count), Number(filter.limit)}));
  return SchedulesFrom(rows);
}

absl::StatusOr<bool> PostgresScheduleStore::Advance(const ScheduleAdvance& advance) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(
          sql::kAdvanceSchedule,
          {advance.id, Number(advance.revision), postgres::TimeParam(advance.due),
           postgres::TimeParam(advance.next_run_at), Flag(advance.paused),
           postgres::TimeParam(advance.last_run_at), advance.last_job_id, advance.last_error}));
  return rows.affected() == 1;
}

}  // namespace furnace::scheduler

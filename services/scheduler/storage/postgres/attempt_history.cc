#include "services/scheduler/storage/postgres/attempt_history.h"

#include <array>
#include <utility>

#include "libs/common/base/status.h"
#include "services/scheduler/storage/postgres/sql.h"

namespace furnace::scheduler {
namespace {

using postgres::Param;

// One value per parameter of insert_attempts.sql, in its order.
std::array<Param, 9> Values(const AttemptEnd& end) {
  const std::int64_t billed = BilledGpuTime(end.start, end.end, end.worker.gpu_count, end.cause);
  return {end.lease.job_id,
          std::to_string(end.lease.epoch),
          end.worker.worker_id,
          end.worker.gpu_type,
          postgres::TimeParam(end.start),
          postgres::TimeParam(end.end),
          std::to_string(static_cast<int>(end.cause)),
          end.error,
          std::to_string(billed)};
}

// One value per parameter of insert_worker_lifetimes.sql, in its order.
std::array<Param, 9> Values(const WorkerSlice& slice) {
  return {slice.life_id,
          std::to_string(slice.slice.number),
          slice.worker.worker_id,
          slice.project_id,
          slice.endpoint_id,
          slice.worker.gpu_type,
          std::to_string(slice.worker.gpu_count),
          postgres::TimeParam(slice.slice.start),
          postgres::TimeParam(slice.slice.end)};
}

// The records' values, by column.
template <typename Record>
std::vector<Param> ColumnsOf(const std::vector<Record>& records) {
  std::array<std::vector<Param>, 9> columns;
  for (const Record& record : records) {
    std::array<Param, 9> values = Values(record);
    for (std::size_t i = 0; i < values.size(); ++i) columns[i].push_back(std::move(values[i]));
  }
  std::vector<Param> params;
  for (const std::vector<Param>& column : columns)
    params.emplace_back(postgres::ArrayLiteral(column));
  return params;
}

}  // namespace

absl::Status PostgresAttemptHistory::Save(const std::vector<AttemptEnd>& attempts) {
  if (attempts.empty()) return absl::OkStatus();
  return pool_.Exec(sql::kInsertAttempts, ColumnsOf(attempts)).status();
}

absl::Status PostgresAttemptHistory::SaveSlices(const std::vector<WorkerSlice>& slices) {
  if (slices.empty()) return absl::OkStatus();
  return pool_.Exec(sql::kInsertWorkerLifetimes, ColumnsOf(slices)).status();
}

absl::StatusOr<std::vector<Attempt>> PostgresAttemptHistory::Of(const std::string& job_id) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kSelectAttempts, {job_id, std::to_string(kMaxAttempts)}));
  std::vector<Attempt> attempts;
  for (int row = 0; row < rows.size(); ++row) {
    Attempt& attempt = attempts.emplace_back();
    attempt.number = static_cast<int>(rows.Int(row, 0));
    attempt.worker_id = rows.Text(row, 1);
    attempt.gpu_type = rows.Text(row, 2);
    attempt.started_at = rows.Time(row, 3).value_or(absl::UnixEpoch());
    attempt.ended_at = rows.Time(row, 4);
    FURNACE_ASSIGN_OR_RETURN(attempt.cause,
                             FailureCauseFromNumber(static_cast<int>(rows.Int(row, 5))));
    attempt.error = rows.Text(row, 6);
    attempt.gpu_time_us = rows.Int(row, 7);
  }
  return attempts;
}

}  // namespace furnace::scheduler

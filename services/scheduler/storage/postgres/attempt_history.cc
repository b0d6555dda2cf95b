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

}  // namespace

absl::Status PostgresAttemptHistory::Save(const std::vector<AttemptEnd>& attempts) {
  if (attempts.empty()) return absl::OkStatus();
  std::array<std::vector<Param>, 9> columns;
  for (const AttemptEnd& end : attempts) {
    std::array<Param, 9> values = Values(end);
    for (std::size_t i = 0; i < values.size(); ++i) columns[i].push_back(std::move(values[i]));
  }
  std::vector<Param> params;
  for (const std::vector<Param>& column : columns)
    params.emplace_back(postgres::ArrayLiteral(column));
  return pool_.Exec(sql::kInsertAttempts, params).status();
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

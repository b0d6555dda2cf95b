#include "services/scheduler/storage/postgres/unfinished_jobs.h"

#include <utility>

#include "libs/common/base/status.h"
#include "services/scheduler/storage/postgres/job_rows.h"
#include "services/scheduler/storage/postgres/sql.h"

namespace furnace::scheduler {

absl::StatusOr<std::vector<std::string>> PostgresUnfinishedJobs::List(const std::string& after_id,
                                                                      int limit) {
  postgres::Param after;
  if (!after_id.empty()) after = after_id;
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kListUnfinishedJobs, {std::move(after), std::to_string(limit)}));
  std::vector<std::string> ids;
  for (int row = 0; row < rows.size(); ++row) ids.emplace_back(rows.Text(row, 0));
  return ids;
}

absl::StatusOr<std::vector<JobRecord>> PostgresUnfinishedJobs::Read(
    const std::vector<std::string>& ids) {
  std::vector<JobRecord> jobs;
  if (ids.empty()) return jobs;
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kSelectUnfinishedJobs, {postgres::ArrayLiteral({ids.begin(), ids.end()})}));
  for (int row = 0; row < rows.size(); ++row) {
    JobRecord record;
    FURNACE_ASSIGN_OR_RETURN(record.job, JobFromRow(rows, row));
    if (!rows.IsNull(row, kJobColumns)) record.job.input = std::string(rows.Text(row, kJobColumns));
    record.chunk_count = rows.Int(row, kJobColumns + 1);
    record.s3_config = rows.Text(row, kJobColumns + 2);
    jobs.push_back(std::move(record));
  }
  return jobs;
}

}  // namespace furnace::scheduler

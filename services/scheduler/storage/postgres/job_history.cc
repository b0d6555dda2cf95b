#include "services/scheduler/storage/postgres/job_history.h"

#include "libs/common/base/status.h"
#include "libs/common/json/json.h"
#include "services/scheduler/storage/chunk_codec.h"
#include "services/scheduler/storage/postgres/job_rows.h"
#include "services/scheduler/storage/postgres/sql.h"

namespace furnace::scheduler {
namespace {

postgres::Param OrNull(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace

absl::Status PostgresJobHistory::Save(const std::vector<JobRecord>& jobs) {
  if (jobs.empty()) return absl::OkStatus();
  return pool_.Exec(sql::kUpsertJobs, UpsertParams(jobs)).status();
}

absl::StatusOr<JobRecord> PostgresJobHistory::Get(const std::string& job_id,
                                                  const std::string& project_id) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kSelectJob, {job_id, project_id}));
  if (rows.empty()) return Error(absl::StatusCode::kNotFound, "no job {}", job_id);
  JobRecord stored;
  FURNACE_ASSIGN_OR_RETURN(stored.job, JobFromRow(rows, 0));
  int column = kJobColumns;
  if (!rows.IsNull(0, column)) stored.job.input = std::string(rows.Text(0, column));
  ++column;
  if (!rows.IsNull(0, column)) stored.job.output = std::string(rows.Text(0, column));
  ++column;
  FURNACE_ASSIGN_OR_RETURN(const std::vector<std::string_view> chunks,
                           json::Elements(rows.Text(0, column)));
  for (const std::string_view chunk : chunks) {
    FURNACE_ASSIGN_OR_RETURN(const std::string text, json::AsString(chunk));
    stored.chunks.push_back(DecodeChunk(text));
  }
  stored.chunk_count = rows.Int(0, ++column);
  stored.is_past = rows.Bool(0, ++column);
  return stored;
}

absl::StatusOr<std::vector<Job>> PostgresJobHistory::List(const JobFilter& filter) {
  postgres::Param status;
  if (filter.status) status = std::to_string(static_cast<int>(*filter.status));
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kListJobs,
                 {filter.project_id, OrNull(filter.endpoint_id), status, OrNull(filter.before_id),
                  std::to_string(filter.limit), OrNull(filter.batch_id)}));
  std::vector<Job> jobs;
  for (int row = 0; row < rows.size(); ++row) {
    FURNACE_ASSIGN_OR_RETURN(Job job, JobFromRow(rows, row));
    jobs.push_back(std::move(job));
  }
  return jobs;
}

absl::StatusOr<JobTally> PostgresJobHistory::Count(const std::string& endpoint_id, int limit) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kCountJobs, {endpoint_id, std::to_string(limit)}));
  return JobTally{.completed = rows.Int(0, 0), .failed = rows.Int(0, 1), .retried = rows.Int(0, 2)};
}

}  // namespace furnace::scheduler

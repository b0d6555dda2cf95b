#include "services/scheduler/storage/postgres/batch_store.h"

#include <utility>

#include "libs/common/base/status.h"
#include "services/scheduler/storage/postgres/job_rows.h"
#include "services/scheduler/storage/postgres/sql.h"

namespace furnace::scheduler {
namespace {

postgres::Param OrNull(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

// A row of select_batch.sql or list_batches.sql.
Batch BatchFromRow(const postgres::Rows& rows, int row) {
  int column = 0;
  const auto text = [&] { return std::string(rows.Text(row, column++)); };
  const auto count = [&] { return static_cast<int>(rows.Int(row, column++)); };
  Batch batch;
  batch.id = text();
  batch.endpoint_id = text();
  batch.project_id = text();
  batch.options.name = text();
  batch.options.one_worker = rows.Bool(row, column++);
  batch.created_at = rows.Time(row, column++).value_or(absl::InfinitePast());
  const int total = count();
  batch.counts.in_progress = count();
  batch.counts.completed = count();
  batch.counts.failed = count();
  batch.counts.timed_out = count();
  batch.counts.cancelled = count();
  batch.counts.waiting = total - Total(batch.counts);
  batch.started_at = rows.Time(row, column++);
  batch.ended_at = rows.Time(row, column++);
  batch.gpu_time_us = rows.Int(row, column++);
  batch.version = rows.Int(row, column++);
  batch.options.webhook_url = text();
  return batch;
}

std::vector<Batch> BatchesFromRows(const postgres::Rows& rows) {
  std::vector<Batch> batches;
  for (int row = 0; row < rows.size(); ++row) batches.push_back(BatchFromRow(rows, row));
  return batches;
}

absl::Status NoBatch(const std::string& batch_id) {
  return Error(absl::StatusCode::kNotFound, "no batch {}", batch_id);
}

}  // namespace

absl::Status PostgresBatchStore::Add(const Batch& batch, const std::vector<std::string>& job_ids) {
  return pool_
      .Exec(sql::kInsertBatch, {batch.id, batch.project_id, batch.endpoint_id, batch.options.name,
                                batch.options.one_worker ? "t" : "f",
                                postgres::ArrayLiteral({job_ids.begin(), job_ids.end()}),
                                postgres::TimeParam(batch.created_at), batch.options.webhook_url})
      .status();
}

absl::Status PostgresBatchStore::Remove(const std::string& batch_id) {
  return pool_.Exec(sql::kDeleteBatch, {batch_id}).status();
}

absl::StatusOr<Batch> PostgresBatchStore::Get(const std::string& batch_id,
                                              const std::string& project_id) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kSelectBatch, {batch_id, project_id}));
  if (rows.empty()) return NoBatch(batch_id);
  return BatchFromRow(rows, 0);
}

absl::StatusOr<std::vector<Batch>> PostgresBatchStore::List(const BatchFilter& filter) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kListBatches, {filter.project_id, OrNull(filter.endpoint_id),
                                     OrNull(filter.before_id), std::to_string(filter.limit)}));
  return BatchesFromRows(rows);
}

absl::StatusOr<std::vector<Batch>> PostgresBatchStore::DoneWithWebhook(
    const std::vector<std::string>& batch_ids) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kListDoneBatches,
                 {postgres::ArrayLiteral({batch_ids.begin(), batch_ids.end()})}));
  return BatchesFromRows(rows);
}

absl::StatusOr<std::vector<std::string>> PostgresBatchStore::JobIds(const std::string& batch_id,
                                                                    const std::string& project_id) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kSelectBatchJobs, {batch_id, project_id}));
  if (rows.empty()) return NoBatch(batch_id);
  std::vector<std::string> ids;
  for (int row = 0; row < rows.size(); ++row) ids.emplace_back(rows.Text(row, 0));
  return ids;
}

absl::StatusOr<std::vector<FailureGroup>> PostgresBatchStore::FailureGroups(
    const std::string& batch_id, const std::string& project_id) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kCountBatchFailures, {batch_id, project_id}));
  std::vector<FailureGroup> groups;
  for (int row = 0; row < rows.size(); ++row) {
    FailureGroup& group = groups.emplace_back();
    FURNACE_ASSIGN_OR_RETURN(group.status, JobStatusFromNumber(static_cast<int>(rows.Int(row, 0))));
    FURNACE_ASSIGN_OR_RETURN(group.cause,
                             FailureCauseFromNumber(static_cast<int>(rows.Int(row, 1))));
    group.jobs = static_cast<int>(rows.Int(row, 2));
  }
  return groups;
}

absl::StatusOr<std::vector<FailedJob>> PostgresBatchStore::Failures(const FailureFilter& filter) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kListBatchFailures, {filter.batch_id, filter.project_id,
                                                                std::to_string(filter.after_index),
                                                                std::to_string(filter.limit)}));
  std::vector<FailedJob> failures;
  for (int row = 0; row < rows.size(); ++row) {
    FURNACE_ASSIGN_OR_RETURN(Job job, JobFromRow(rows, row));
    failures.push_back(
        {.index = static_cast<int>(rows.Int(row, kJobColumns)), .job = std::move(job)});
  }
  return failures;
}

absl::StatusOr<std::vector<EmptyBatch>> PostgresBatchStore::WithoutJobs(absl::Time time,
                                                                        int limit) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kListEmptyBatches, {postgres::TimeParam(time), std::to_string(limit)}));
  std::vector<EmptyBatch> batches;
  for (int row = 0; row < rows.size(); ++row) {
    batches.push_back({.id = std::string(rows.Text(row, 0)),
                       .project_id = std::string(rows.Text(row, 1)),
                       .first_job_id = std::string(rows.Text(row, 2))});
  }
  return batches;
}

}  // namespace furnace::scheduler

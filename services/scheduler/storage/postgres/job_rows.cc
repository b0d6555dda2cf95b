#include "services/scheduler/storage/postgres/job_rows.h"

#include <functional>
#include <string>
#include <utility>

#include "absl/strings/str_split.h"
#include "libs/common/base/status.h"
#include "services/scheduler/storage/chunk_codec.h"

namespace furnace::scheduler {
namespace {

using postgres::ArrayLiteral;
using postgres::Param;

Param Number(std::int64_t value) { return std::to_string(value); }
Param Flag(bool value) { return value ? "t" : "f"; }

Param ChunksLiteral(const JobRecord& live) {
  std::vector<Param> texts;
  for (const Chunk& chunk : live.chunks) texts.emplace_back(EncodeChunk(chunk));
  return ArrayLiteral(texts);
}

// One value per column of upsert_jobs.sql, in its order.
std::vector<Param> Values(const JobRecord& live) {
  const Job& job = live.job;
  return {job.id,
          job.endpoint_id,
          job.project_id,
          Number(static_cast<int>(job.status)),
          job.input,
          job.output,
          Flag(job.input_stored),
          Flag(job.output_stored),
          job.error,
          Number(static_cast<int>(job.cause)),
          Number(job.priority),
          job.affinity,
          Number(absl::ToInt64Microseconds(job.timeout)),
          Number(job.retry.max_retries),
          Number(job.attempt),
          Number(job.retry_count),
          Number(job.loss_count),
          job.worker_id,
          job.gpu_type,
          Number(job.gpu_count),
          Number(absl::ToInt64Microseconds(job.cold_start)),
          postgres::TimeParam(job.queued_at),
          postgres::TimeParam(job.first_started_at),
          postgres::TimeParam(job.started_at),
          postgres::TimeParam(job.completed_at),
          Number(job.gpu_time_us),
          job.progress,
          ChunksLiteral(live),
          Number(live.chunk_count),
          Number(job.version),
          Number(absl::ToInt64Milliseconds(job.retry.backoff)),
          Number(absl::ToInt64Milliseconds(job.retry.max_backoff)),
          Number(job.retry.no_retry),
          job.concurrency_key,
          postgres::TimeParam(job.not_before),
          postgres::TimeParam(job.expires_at),
          ArrayLiteral({job.depends_on.begin(), job.depends_on.end()}),
          Number(static_cast<int>(job.on_parent_failure)),
          Flag(job.refers_to_outputs),
          Number(job.progress_sequence),
          job.batch_id.empty() ? std::nullopt : Param(job.batch_id),
          Number(job.gpu_memory_peak_mib),
          job.webhook,
          job.attribution,
          postgres::TimeParam(live.kept_until),
          live.s3_config.empty() || IsFinal(job.status) ? std::nullopt : Param(live.s3_config)};
}

// Reads a row's columns one after another.
class Cursor {
 public:
  Cursor(const postgres::Rows& rows, int row) : rows_(rows), row_(row) {}

  std::string Text() { return std::string(rows_.Text(row_, column_++)); }
  std::int64_t Int() { return rows_.Int(row_, column_++); }
  int SmallInt() { return static_cast<int>(Int()); }
  bool Bool() { return rows_.Bool(row_, column_++); }
  std::optional<absl::Time> Time() { return rows_.Time(row_, column_++); }

 private:
  const postgres::Rows& rows_;
  const int row_;
  int column_ = 0;
};

}  // namespace

std::vector<Param> UpsertParams(const std::vector<JobRecord>& jobs) {
  std::vector<std::vector<Param>> columns;
  for (const JobRecord& live : jobs) {
    std::vector<Param> values = Values(live);
    columns.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) columns[i].push_back(std::move(values[i]));
  }
  std::vector<Param> params;
  params.reserve(columns.size());
  for (const std::vector<Param>& column : columns) params.emplace_back(ArrayLiteral(column));
  return params;
}

absl::StatusOr<Job> JobFromRow(const postgres::Rows& rows, int row) {
  Cursor next(rows, row);
  Job job;
  job.id = next.Text();
  job.endpoint_id = next.Text();
  job.project_id = next.Text();
  FURNACE_ASSIGN_OR_RETURN(job.status, JobStatusFromNumber(next.SmallInt()));
  job.error = next.Text();
  FURNACE_ASSIGN_OR_RETURN(job.cause, FailureCauseFromNumber(next.SmallInt()));
  job.priority = next.SmallInt();
  job.affinity = next.Text();
  job.timeout = absl::Microseconds(next.Int());
  job.retry.max_retries = next.SmallInt();
  job.attempt = next.SmallInt();
  job.retry_count = next.SmallInt();
  job.loss_count = next.SmallInt();
  job.worker_id = next.Text();
  job.gpu_type = next.Text();
  job.gpu_count = next.SmallInt();
  job.cold_start = absl::Microseconds(next.Int());
  job.queued_at = next.Time().value_or(absl::InfinitePast());
  job.first_started_at = next.Time();
  job.started_at = next.Time();
  job.completed_at = next.Time();
  job.gpu_time_us = next.Int();
  job.progress = next.Text();
  job.version = next.Int();
  job.input_stored = next.Bool();
  job.output_stored = next.Bool();
  job.retry.backoff = absl::Milliseconds(next.Int());
  job.retry.max_backoff = absl::Milliseconds(next.Int());
  job.retry.no_retry = static_cast<unsigned>(next.Int());
  job.concurrency_key = next.Text();
  job.not_before = next.Time();
  job.expires_at = next.Time();
  job.depends_on = absl::StrSplit(next.Text(), ' ', absl::SkipEmpty());
  job.on_parent_failure = static_cast<ParentFailure>(next.SmallInt());
  job.refers_to_outputs = next.Bool();
  job.progress_sequence = next.Int();
  job.batch_id = next.Text();
  job.gpu_memory_peak_mib = next.Int();
  job.webhook = next.Text();
  job.attribution = next.Text();
  return job;
}

}  // namespace furnace::scheduler

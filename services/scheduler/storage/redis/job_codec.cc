#include "services/scheduler/storage/redis/job_codec.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <string_view>

#include "absl/strings/str_split.h"
#include "libs/common/base/status.h"
#include "services/scheduler/storage/chunk_codec.h"
#include "services/scheduler/storage/redis/reply.h"

namespace furnace::scheduler {
namespace {

// The fields of a job's hash; their names are explained in lua/lib/queue.lua.
class Fields {
 public:
  explicit Fields(const redisReply& hash) {
    const auto words = Elements(hash);
    for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
      values_.emplace(Text(*words[i]), Text(*words[i + 1]));
    }
  }

  bool empty() const { return values_.empty(); }
  bool Has(std::string_view name) const { return values_.contains(name); }

  std::string_view Get(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string_view() : found->second;
  }

  std::string Str(std::string_view name) const { return std::string(Get(name)); }
  std::int64_t Number(std::string_view name) const { return ToInt(Get(name)); }
  int SmallNumber(std::string_view name) const { return static_cast<int>(Number(name)); }

  std::optional<absl::Time> Time(std::string_view name) const {
    if (!Has(name)) return std::nullopt;
    return absl::FromUnixMicros(Number(name));
  }

 private:
  std::map<std::string_view, std::string_view> values_;
};

void DecodeAttempts(const Fields& fields, Job& job) {
  job.attempt = fields.SmallNumber("a");
  job.retry_count = fields.SmallNumber("r");
  job.loss_count = fields.SmallNumber("l");
  job.worker_id = fields.Str("w");
  job.gpu_type = fields.Str("g");
  job.gpu_count = fields.SmallNumber("n");
  job.cold_start = absl::Microseconds(fields.Number("k"));
  job.first_started_at = fields.Time("f");
  job.started_at = fields.Time("s");
  job.gpu_time_us = fields.Number("gt");
  job.gpu_memory_peak_mib = fields.Number("gm");
  if (fields.Has("rp")) {
    job.reported = {.count = fields.SmallNumber("rn"),
                    .until = absl::FromUnixMicros(fields.Number("rp"))};
  }
}

void DecodeOutcome(const Fields& fields, Job& job) {
  job.completed_at = fields.Time("d");
  if (fields.Has("out")) job.output = fields.Str("out");
  job.output_stored = fields.Has("os");
  job.error = fields.Str("err");
  // Of an attempt before this one it says nothing any more.
  if (!fields.Has("pe") || fields.SmallNumber("pe") == job.attempt) job.progress = fields.Str("pg");
  job.progress_sequence = fields.Number("ps");
}

}  // namespace

std::string EncodeDependencies(const std::vector<std::string>& depends_on, ParentFailure policy,
                               bool refers_to_outputs) {
  if (depends_on.empty()) return "";
  return fmt::format("{}{} {}", static_cast<int>(policy), refers_to_outputs ? 'r' : '-',
                     fmt::join(depends_on, " "));
}

void DecodeDependencies(std::string_view text, Job& job) {
  if (text.size() < 2) return;
  job.on_parent_failure = static_cast<ParentFailure>(text[0] - '0');
  job.refers_to_outputs = text[1] == 'r';
  job.depends_on = absl::StrSplit(ToAbsl(text.substr(2)), ' ', absl::SkipEmpty());
}

absl::StatusOr<std::optional<JobRecord>> DecodeJob(const std::string& id, const redisReply& reply) {
  const auto parts = Elements(reply);
  if (parts.size() != 3) {
    return Error(absl::StatusCode::kInternal, "job {}: {} parts from Redis", id, parts.size());
  }
  const Fields fields(*parts[0]);
  if (fields.empty()) return std::optional<JobRecord>();
  JobRecord live;
  Job& job = live.job;
  job.id = id;
  job.endpoint_id = fields.Str("ep");
  job.project_id = fields.Str("pr");
  FURNACE_ASSIGN_OR_RETURN(job.status, JobStatusFromNumber(fields.SmallNumber("st")));
  FURNACE_ASSIGN_OR_RETURN(job.cause, FailureCauseFromNumber(fields.SmallNumber("c")));
  job.priority = fields.SmallNumber("p");
  job.affinity = fields.Str("cl");
  job.timeout = absl::Microseconds(fields.Number("to"));
  job.retry = {.max_retries = fields.SmallNumber("mr"),
               .backoff = absl::Milliseconds(fields.Number("bo")),
               .max_backoff = absl::Milliseconds(fields.Number("bm")),
               .no_retry = static_cast<unsigned>(fields.Number("nr"))};
  job.concurrency_key = fields.Str("ck");
  job.batch_id = fields.Str("bt");
  job.webhook = fields.Str("wh");
  job.attribution = fields.Str("at");
  if (job.status <= JobStatus::kDelayed) job.not_before = fields.Time("nb");
  DecodeDependencies(fields.Get("dp"), job);
  job.expires_at = fields.Time("xp");
  job.queued_at = absl::FromUnixMicros(fields.Number("q"));
  job.version = fields.Number("v");
  job.input_stored = fields.Has("is");
  DecodeAttempts(fields, job);
  DecodeOutcome(fields, job);
  if (fields.Has("in")) job.input = fields.Str("in");
  if (parts[1]->type == REDIS_REPLY_STRING) job.input = std::string(Text(*parts[1]));
  for (const redisReply* chunk : Elements(*parts[2])) {
    live.chunks.push_back(DecodeChunk(Text(*chunk)));
  }
  live.chunk_count = fields.Number("cn");
  live.has_dependents = fields.Has("dn");
  live.s3_config = fields.Str("s3");
  return std::optional<JobRecord>(std::move(live));
}

redis::Client::Words EncodeJob(const JobRecord& record) {
  const Job& job = record.job;
  redis::Client::Words words;
  const auto text = [&words](const char* name, const std::string& value) {
    if (value.empty()) return;
    words.emplace_back(name);
    words.push_back(value);
  };
  const auto number = [&text](const char* name, std::int64_t value) {
    if (value != 0) text(name, std::to_string(value));
  };
  const auto time = [&text](const char* name, std::optional<absl::Time> value) {
    if (value) text(name, std::to_string(absl::ToUnixMicros(*value)));
  };
  number("st", static_cast<int>(job.status));
  text("a", std::to_string(job.attempt));
  number("v", job.version);
  text("ep", job.endpoint_id);
  text("pr", job.project_id);
  text("cl", job.affinity);
  number("to", absl::ToInt64Microseconds(job.timeout));
  number("mr", job.retry.max_retries);
  number("bo", absl::ToInt64Milliseconds(job.retry.backoff));
  number("bm", absl::ToInt64Milliseconds(job.retry.max_backoff));
  number("nr", job.retry.no_retry);
  number("p", job.priority);
  time("q", job.queued_at);
  time("f", job.first_started_at);
  time("s", job.started_at);
  time("d", job.completed_at);
  number("r", job.retry_count);
  number("l", job.loss_count);
  text("w", job.worker_id);
  text("g", job.gpu_type);
  number("n", job.gpu_count);
  number("k", absl::ToInt64Microseconds(job.cold_start));
  number("gt", job.gpu_time_us);
  number("gm", job.gpu_memory_peak_mib);
  number("is", job.input_stored ? 1 : 0);
  text("err", job.error);
  number("c", static_cast<int>(job.cause));
  text("pg", job.progress);
  number("ps", job.progress_sequence);
  number("cn", record.chunk_count);
  time("nb", job.not_before);
  time("xp", job.expires_at);
  text("ck", job.concurrency_key);
  text("dp", EncodeDependencies(job.depends_on, job.on_parent_failure, job.refers_to_outputs));
  text("bt", job.batch_id);
  text("wh", job.webhook);
  text("at", job.attribution);
  text("s3", record.s3_config);
  return words;
}

}  // namespace furnace::scheduler

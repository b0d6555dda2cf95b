#include "services/scheduler/storage/redis/job_codec.h"

#include <map>
#include <string_view>

#include "libs/common/base/status.h"
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
}

void DecodeOutcome(const Fields& fields, Job& job) {
  job.completed_at = fields.Time("d");
  if (fields.Has("out")) job.output = fields.Str("out");
  job.output_stored = fields.Has("os");
  job.error = fields.Str("err");
  job.progress = fields.Str("pg");
}

}  // namespace

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
  job.limits.max_retries = fields.SmallNumber("mr");
  job.queued_at = absl::FromUnixMicros(fields.Number("q"));
  job.version = fields.Number("v");
  job.input_stored = fields.Has("is");
  DecodeAttempts(fields, job);
  DecodeOutcome(fields, job);
  if (fields.Has("in")) job.input = fields.Str("in");
  if (parts[1]->type == REDIS_REPLY_STRING) job.input = std::string(Text(*parts[1]));
  for (const redisReply* chunk : Elements(*parts[2])) live.chunks.emplace_back(Text(*chunk));
  live.chunk_count = fields.Number("cn");
  return std::optional<JobRecord>(std::move(live));
}

}  // namespace furnace::scheduler

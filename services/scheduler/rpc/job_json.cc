#include "services/scheduler/rpc/job_json.h"

#include <fmt/format.h>

#include <optional>

#include "libs/common/json/json.h"
#include "libs/common/proto_json/write_json.h"
#include "services/scheduler/rpc/convert.h"

namespace furnace::scheduler::rpc {
namespace {

std::string ErrorOf(const Job& job) {
  if (job.cause == FailureCause::kTimeout) return "executionTimeout exceeded";
  if (!job.error.empty()) return job.error;
  switch (job.status) {
    case JobStatus::kTimedOut: return "the job did not run within its time to live";
    case JobStatus::kCancelled: return "the job was cancelled";
    default: return "the job failed";
  }
}

// As the gateway's /status answers of a final job.
std::string RunPodJson(const Job& job) {
  std::string json = fmt::format(R"({{"id":"{}","status":"{}")", job.id, ToString(job.status));
  if (job.attempt > 0) {
    const auto millis = [](std::optional<absl::Time> from, std::optional<absl::Time> to) {
      return from && to ? absl::ToInt64Milliseconds(*to - *from) : 0;
    };
    json += fmt::format(R"(,"workerId":{},"delayTime":{},"retries":{},"executionTime":{})",
                        json::Quote(job.worker_id), millis(job.queued_at, job.first_started_at),
                        job.retry_count, millis(job.started_at, job.completed_at));
  }
  if (job.output) json += fmt::format(R"(,"output":{})", *job.output);
  if (job.status != JobStatus::kCompleted) {
    json += fmt::format(R"(,"error":{})", json::Quote(ErrorOf(job)));
  }
  return json + "}";
}

std::string FurnaceJson(const JobRecord& record) {
  std::string json;
  proto_json::WriteJson(ToProto(record), json);
  return json;
}

}  // namespace

std::string JobJson(const JobRecord& record, WebhookFormat format, bool output_left_out) {
  std::string json =
      format == WebhookFormat::kRunPod ? RunPodJson(record.job) : FurnaceJson(record);
  if (output_left_out) json.replace(json.size() - 1, 1, R"(,"output_left_out":true})");
  return json;
}

}  // namespace furnace::scheduler::rpc

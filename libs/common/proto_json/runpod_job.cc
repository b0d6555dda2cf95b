#include "libs/common/proto_json/runpod_job.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "absl/time/time.h"
#include "libs/common/json/json.h"
#include "libs/common/proto_json/write_json.h"

namespace furnace::proto_json {
namespace {

namespace v1 = furnace::v1;

void WriteWaiting(const v1::Job& job, std::string& out) {
  if (!job.has_waiting()) return;
  out += R"(,"waiting":)";
  WriteJson(job.waiting(), out);
}

// What there is to say of the present or last attempt.
void WriteAttempt(const v1::Job& job, std::string& out) {
  if (job.attempt() == 0) return;
  fmt::format_to(std::back_inserter(out), R"(,"workerId":{},"delayTime":{},"retries":{})",
                 json::Quote(job.worker_id()), job.delay_ms(), job.retry_count());
}

// The output, or the link that was asked for in its place.
void WriteOutput(const v1::Job& job, std::string& out) {
  if (!job.output_url().empty()) {
    out += R"(,"output_url":)" + json::Quote(job.output_url());
  } else if (!job.output().empty()) {
    out.append(R"(,"output":)").append(job.output());
  }
}

void WriteTime(std::string_view name, const google::protobuf::Timestamp& time, std::string& out) {
  const absl::Time at =
      absl::FromUnixSeconds(time.seconds()) + absl::Microseconds(time.nanos() / 1000);
  fmt::format_to(std::back_inserter(out), R"(,"{}":"{}")", name,
                 absl::FormatTime("%E4Y-%m-%d%ET%H:%M:%E*SZ", at, absl::UTCTimeZone()));
}

void WriteText(std::string_view name, std::string_view text, std::string& out) {
  if (text.empty()) return;
  fmt::format_to(std::back_inserter(out), R"(,"{}":{})", name, json::Quote(text));
}

std::string_view NameOf(v1::FailureCause cause) {
  if (cause == v1::FAILURE_CAUSE_UNSPECIFIED) return "";
  std::string_view name = v1::FailureCause_Name(cause);
  name.remove_prefix(std::min(name.size(), std::string_view("FAILURE_CAUSE_").size()));
  return name;
}

void WriteHistory(const v1::Job& job, std::string& out) {
  std::string_view separator = R"(,"attempts":[)";
  for (const v1::Attempt& attempt : job.attempts()) {
    fmt::format_to(std::back_inserter(out), R"({}{{"attempt":{})", separator, attempt.attempt());
    WriteText("workerId", attempt.worker_id(), out);
    WriteText("gpuType", attempt.gpu_type(), out);
    if (attempt.has_started_at()) WriteTime("startedAt", attempt.started_at(), out);
    if (attempt.has_ended_at()) WriteTime("endedAt", attempt.ended_at(), out);
    WriteText("cause", NameOf(attempt.cause()), out);
    WriteText("error", attempt.error(), out);
    out += '}';
    separator = ",";
  }
  if (job.attempts_size() > 0) out += ']';
}

void WriteEnd(const v1::Job& job, std::string& out) {
  if (job.attempt() > 0) {
    fmt::format_to(std::back_inserter(out), R"(,"executionTime":{})", job.execution_ms());
  }
  WriteOutput(job, out);
  if (job.status() != v1::JOB_STATUS_COMPLETED)
    out += R"(,"error":)" + json::Quote(RunPodError(job));
}

}  // namespace

bool IsFinal(const v1::Job& job) { return job.status() >= v1::JOB_STATUS_COMPLETED; }

std::string_view RunPodStatus(const v1::Job& job) {
  switch (job.status()) {
    case v1::JOB_STATUS_IN_PROGRESS: return "IN_PROGRESS";
    case v1::JOB_STATUS_COMPLETED: return "COMPLETED";
    case v1::JOB_STATUS_FAILED: return "FAILED";
    case v1::JOB_STATUS_TIMED_OUT: return "TIMED_OUT";
    case v1::JOB_STATUS_CANCELLED: return "CANCELLED";
    default: return "IN_QUEUE";
  }
}

std::string RunPodError(const v1::Job& job) {
  if (job.cause() == v1::FAILURE_CAUSE_TIMEOUT) return "executionTimeout exceeded";
  if (!job.error().empty()) return job.error();
  switch (job.status()) {
    case v1::JOB_STATUS_FAILED: return "the job failed";
    case v1::JOB_STATUS_TIMED_OUT: return "the job did not run within its time to live";
    case v1::JOB_STATUS_CANCELLED: return "the job was cancelled";
    default: return "";
  }
}

void WriteRunPodJob(const v1::Job& job, std::string_view id, std::string& out) {
  fmt::format_to(std::back_inserter(out), R"({{"id":{},"status":"{}")", json::Quote(id),
                 RunPodStatus(job));
  if (IsFinal(job)) {
    WriteAttempt(job, out);
    WriteEnd(job, out);
  } else if (job.status() == v1::JOB_STATUS_IN_PROGRESS) {
    WriteAttempt(job, out);
    if (!job.progress().empty()) out.append(R"(,"output":)").append(job.progress());
  } else {
    WriteWaiting(job, out);
  }
  WriteHistory(job, out);
  out += '}';
}

}  // namespace furnace::proto_json

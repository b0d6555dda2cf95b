#include "services/gateway/http/runpod/job_view.h"

#include <fmt/format.h>

#include <iterator>

#include "libs/common/json/json.h"
#include "services/gateway/http/transcode/message_to_json.h"

namespace furnace::gateway::http::runpod {
namespace {

namespace v1 = furnace::v1;

constexpr std::string_view kSyncPrefix = "sync-";

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

void WriteOutput(std::string_view output, std::string& out) {
  if (!output.empty()) out.append(R"(,"output":)").append(output);
}

void WriteEnd(const v1::Job& job, std::string& out) {
  if (job.attempt() > 0) {
    fmt::format_to(std::back_inserter(out), R"(,"executionTime":{})", job.execution_ms());
  }
  WriteOutput(job.output(), out);
  if (job.status() != v1::JOB_STATUS_COMPLETED) out += R"(,"error":)" + json::Quote(ErrorOf(job));
}

}  // namespace

std::string_view JobIdOf(std::string_view written) {
  if (written.starts_with(kSyncPrefix)) written.remove_prefix(kSyncPrefix.size());
  return written;
}

bool IsFinal(const v1::Job& job) { return job.status() >= v1::JOB_STATUS_COMPLETED; }

std::string_view StatusOf(const v1::Job& job) {
  switch (job.status()) {
    case v1::JOB_STATUS_IN_PROGRESS: return "IN_PROGRESS";
    case v1::JOB_STATUS_COMPLETED: return "COMPLETED";
    case v1::JOB_STATUS_FAILED: return "FAILED";
    case v1::JOB_STATUS_TIMED_OUT: return "TIMED_OUT";
    case v1::JOB_STATUS_CANCELLED: return "CANCELLED";
    default: return "IN_QUEUE";
  }
}

std::string ErrorOf(const v1::Job& job) {
  if (job.cause() == v1::FAILURE_CAUSE_TIMEOUT) return "executionTimeout exceeded";
  if (!job.error().empty()) return job.error();
  switch (job.status()) {
    case v1::JOB_STATUS_FAILED: return "the job failed";
    case v1::JOB_STATUS_TIMED_OUT: return "the job did not run within its time to live";
    case v1::JOB_STATUS_CANCELLED: return "the job was cancelled";
    default: return "";
  }
}

void WriteJob(const v1::Job& job, std::string_view id, std::string& out) {
  fmt::format_to(std::back_inserter(out), R"({{"id":{},"status":"{}")", json::Quote(id),
                 StatusOf(job));
  if (IsFinal(job)) {
    WriteAttempt(job, out);
    WriteEnd(job, out);
  } else if (job.status() == v1::JOB_STATUS_IN_PROGRESS) {
    WriteAttempt(job, out);
    WriteOutput(job.progress(), out);
  } else {
    WriteWaiting(job, out);
  }
  out += '}';
}

}  // namespace furnace::gateway::http::runpod

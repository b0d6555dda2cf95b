#include "services/gateway/http/runpod/endpoint_view.h"

#include <fmt/format.h>

#include <iterator>

#include "libs/common/json/json.h"
#include "libs/common/proto_json/runpod_job.h"

namespace furnace::gateway::http::runpod {
namespace {

namespace v1 = furnace::v1;

bool IsReady(const v1::Worker& worker) {
  return worker.status() == v1::WORKER_STATUS_IDLE || worker.status() == v1::WORKER_STATUS_RUNNING;
}

void WriteWorkers(const v1::WorkerCounts& workers, std::string& out) {
  fmt::format_to(
      std::back_inserter(out),
      R"("workers":{{"idle":{},"initializing":{},"ready":{},"running":{},"throttled":0,"unhealthy":0}})",
      workers.idle(), workers.starting(), workers.idle() + workers.running(), workers.running());
}

v1::WorkerCounts Count(const v1::ListWorkersResponse& workers) {
  v1::WorkerCounts counts;
  for (const v1::Worker& worker : workers.workers()) {
    switch (worker.status()) {
      case v1::WORKER_STATUS_STARTING: counts.set_starting(counts.starting() + 1); break;
      case v1::WORKER_STATUS_IDLE: counts.set_idle(counts.idle() + 1); break;
      case v1::WORKER_STATUS_RUNNING: counts.set_running(counts.running() + 1); break;
      default: break;
    }
  }
  return counts;
}

}  // namespace

void WriteHealth(const v1::EndpointHealth& health, std::string& out) {
  const v1::JobCounts& jobs = health.jobs();
  fmt::format_to(
      std::back_inserter(out),
      R"({{"jobs":{{"completed":{},"failed":{},"inProgress":{},"inQueue":{},"retried":{}}},)",
      jobs.completed(), jobs.failed(), jobs.in_progress(), jobs.in_queue(), jobs.retried());
  WriteWorkers(health.workers(), out);
  out += '}';
}

void WriteMetrics(const v1::ListWorkersResponse& workers, std::string& out) {
  out += R"({"readyWorkers":[)";
  std::string_view separator;
  for (const v1::Worker& worker : workers.workers()) {
    if (!IsReady(worker)) continue;
    out.append(separator).append(json::Quote(worker.id()));
    separator = ",";
  }
  out += "],";
  WriteWorkers(Count(workers), out);
  out += '}';
}

void WriteRequests(const v1::ListResponse& page, std::string& out) {
  out += R"({"requests":[)";
  std::string_view separator;
  for (const v1::Job& job : page.jobs()) {
    out += separator;
    proto_json::WriteRunPodJob(job, job.id(), out);
    separator = ",";
  }
  out += ']';
  if (!page.next_page_token().empty()) {
    out += R"(,"next_page_token":)" + json::Quote(page.next_page_token());
  }
  out += '}';
}

}  // namespace furnace::gateway::http::runpod

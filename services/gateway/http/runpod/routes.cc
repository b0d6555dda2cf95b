#include "services/gateway/http/runpod/routes.h"

#include <string>
#include <string_view>
#include <utility>

#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "services/gateway/domain/limits.h"
#include "services/gateway/http/runpod/endpoint_routes.h"
#include "services/gateway/http/runpod/job_id.h"
#include "services/gateway/http/runpod/job_routes.h"
#include "services/gateway/http/runpod/stream_poll.h"

namespace furnace::gateway::http::runpod {
namespace {

// A route below /v2/{endpoint_id}.
struct Row {
  std::string_view verb;
  std::string_view path;
  std::string_view method;  // Whose role it needs, and whose body limit it has.
  void (*serve)(const Services&, const VisitPtr&);
};

// Go's client posts what others get.
constexpr Row kRows[] = {
    {"POST", "/run", "/furnace.v1.JobService/Submit", Run},
    {"POST", "/runsync", "/furnace.v1.JobService/RunSync", RunSync},
    {"GET", "/status/{job_id}", "/furnace.v1.JobService/Get", Status},
    {"POST", "/status/{job_id}", "/furnace.v1.JobService/Get", Status},
    {"GET", "/status-sync/{job_id}", "/furnace.v1.JobService/Wait", StatusSync},
    {"POST", "/status-sync/{job_id}", "/furnace.v1.JobService/Wait", StatusSync},
    {"GET", "/stream/{job_id}", "/furnace.v1.JobService/Watch", PollStream},
    {"POST", "/stream/{job_id}", "/furnace.v1.JobService/Watch", PollStream},
    {"POST", "/cancel/{job_id}", "/furnace.v1.JobService/Cancel", Cancel},
    {"POST", "/retry/{job_id}", "/furnace.v1.JobService/Redrive", Retry},
    {"POST", "/purge-queue", "/furnace.v1.JobService/Purge", PurgeQueue},
    {"GET", "/health", "/furnace.v1.FleetService/GetEndpointHealth", Health},
    {"GET", "/requests", "/furnace.v1.JobService/List", Requests},
    {"GET", "/metrics", "/furnace.v1.FleetService/ListWorkers", Metrics},
};

bool TakesBody(const Row& row) { return row.path == "/run" || row.path == "/runsync"; }

absl::Status CheckJob(const Visit& visit) {
  if (!visit.names_job() || IsUuid(JobIdOf(visit.job()))) return absl::OkStatus();
  return Error(absl::StatusCode::kNotFound, "no job {}", visit.job());
}

// Runs on the connection's thread.
void Enter(const Services& services, const Row& row, Request request) {
  const auto visit = std::make_shared<Visit>();
  visit->request = std::move(request);
  absl::StatusOr<RunpodQuery> query = ParseRunpodQuery(visit->request.query);
  if (!query.ok()) return RefuseVisit(services, visit, query.status());
  visit->query = *std::move(query);
  if (absl::Status named = CheckJob(*visit); !named.ok()) {
    return RefuseVisit(services, visit, named);
  }
  services.endpoints.Resolve(
      visit->request.caller->project_id, visit->request.parameters[0],
      [services, &row, visit](absl::StatusOr<std::string> id) {
        if (!id.ok()) return RefuseVisit(services, visit, id.status());
        visit->request.exchange->Post([services, &row, visit, id = *std::move(id)]() mutable {
          visit->endpoint_id = std::move(id);
          row.serve(services, visit);
        });
      });
}

}  // namespace

absl::Status AddRunpodRoutes(const Services& services, Router& router) {
  for (const Row& row : kRows) {
    const wire::Method& method = wire::MethodAt(row.method);
    Route route;
    route.method = row.verb;
    route.path = "/v2/{endpoint_id}" + std::string(row.path);
    route.needed = method.needed;
    route.body_limit =
        TakesBody(row) ? BodyLimitOf(method.descriptor->full_name()) : kUnwantedBodyBytes;
    route.streams = row.serve == PollStream;  // HEAD would take what the next GET misses.
    route.serve = [services, &row](Request request) { Enter(services, row, std::move(request)); };
    FURNACE_RETURN_IF_ERROR(router.Add(std::move(route)));
  }
  return absl::OkStatus();
}

}  // namespace furnace::gateway::http::runpod

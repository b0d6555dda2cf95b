// An endpoint's jobs and workers in the shapes that RunPod's clients know.
#pragma once

#include <string>

#include "furnace/v1/fleet_service.pb.h"
#include "furnace/v1/job_service.pb.h"

namespace furnace::gateway::http::runpod {

/// Appends what /health answers: {"jobs", "workers"}. No worker is ever `throttled` or
/// `unhealthy`: one that cannot be had is not counted, and one that fails ends.
void WriteHealth(const furnace::v1::EndpointHealth& health, std::string& out);

/// Appends what /metrics answers: {"readyWorkers": ids, "workers"}.
void WriteMetrics(const furnace::v1::ListWorkersResponse& workers, std::string& out);

/// Appends what /requests answers: {"requests"}, as /status shows them, and
/// "next_page_token" where there are more.
void WriteRequests(const furnace::v1::ListResponse& page, std::string& out);

}  // namespace furnace::gateway::http::runpod

#pragma once

#include "absl/status/status.h"
#include "services/gateway/http/router.h"
#include "services/gateway/http/runpod/visit.h"

namespace furnace::gateway::http::runpod {

/// Adds RunPod's client API, /v2/{endpoint_id}/..., where an endpoint may be called by its
/// id or its name. docs/runpod.md lists the routes. What `services` refers to outlives the
/// router.
absl::Status AddRunpodRoutes(const Services& services, Router& router);

}  // namespace furnace::gateway::http::runpod

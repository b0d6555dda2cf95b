#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "services/gateway/http/router.h"

namespace furnace::gateway::http {

/// Adds what needs no key: GET /health, which answers {"status":"ok"} with 200, or
/// {"status":"draining"} with 503 while `draining` says so, and GET /openapi.json.
absl::Status AddProbes(std::function<bool()> draining, std::string openapi, Router& router);

}  // namespace furnace::gateway::http

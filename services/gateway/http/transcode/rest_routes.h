#pragma once

#include <vector>

#include "absl/status/status.h"
#include "services/gateway/app/ports.h"
#include "services/gateway/domain/output_links.h"
#include "services/gateway/http/large_work.h"
#include "services/gateway/http/router.h"
#include "services/gateway/http/transcode/binding.h"

namespace furnace::gateway::http {

/// Adds a route for each binding: it turns the request into a call of the method
/// and the answer into JSON, or into one line of JSON per message where the method
/// streams; a furnace.v1.Document is answered as the file that it holds. URLs of outputs
/// become `links`. All arguments outlive the router's use.
absl::Status AddRestRoutes(const std::vector<Binding>& bindings, const OutputLinks& links,
                           Backends& backends, LargeWork& large_work, Router& router);

}  // namespace furnace::gateway::http

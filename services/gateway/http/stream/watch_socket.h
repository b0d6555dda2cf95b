#pragma once

#include "absl/status/status.h"
#include "services/gateway/app/ports.h"
#include "services/gateway/http/router.h"

namespace furnace::gateway::http {

/// Adds GET /v1/jobs/{job_id}/stream: a WebSocket that sends the messages of
/// JobService.Watch, each as one text frame of JSON, and then closes.
///
/// Its query takes the other fields of WatchRequest, and `token` for the API key.
/// Close codes: 1000 after the final state, 1001 when the gateway shuts down, 1008
/// for a client that does not keep up, else 4000 + the HTTP status of the error.
absl::Status AddWatchSocket(Backends& backends, Router& router);

}  // namespace furnace::gateway::http

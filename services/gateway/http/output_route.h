#pragma once

#include <google/protobuf/message.h>

#include "absl/status/status.h"
#include "services/gateway/app/ports.h"
#include "services/gateway/domain/output_links.h"
#include "services/gateway/http/large_work.h"
#include "services/gateway/http/router.h"

namespace furnace::gateway::http {

/// Adds GET /v1/jobs/{job_id}/output, which answers with the output of a job to whoever has a
/// link to it, and 403 to others. All arguments outlive the router's use.
absl::Status AddOutputRoute(const OutputLinks& links, Backends& backends, LargeWork& large_work,
                            Router& router);

/// Makes the output_url of a job that `response` holds, if there is one, a link.
void SignOutputUrl(const OutputLinks& links, google::protobuf::Message& response);

}  // namespace furnace::gateway::http

#pragma once

#include <string>

#include "services/scheduler/app/ports.h"
#include "services/scheduler/domain/job_webhook.h"

namespace furnace::scheduler::rpc {

/// A final job as the body of its webhook: as REST shows it (JobService.Get), or as RunPod's
/// /status does. Where the output is left out for its size, "output_left_out" is true.
std::string JobJson(const JobRecord& record, WebhookFormat format, bool output_left_out);

}  // namespace furnace::scheduler::rpc

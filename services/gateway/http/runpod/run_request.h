#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "furnace/v1/job_options.pb.h"

namespace furnace::gateway::http::runpod {

/// What a client asks for in the body of /run and /runsync.
struct RunRequest {
  std::string_view input;  // JSON as it was sent: a slice of the body.
  int priority = 0;
  furnace::v1::JobOptions options;
};

/// The priority of jobs with policy.lowPriority, which start no worker either.
inline constexpr int kLowPriority = -10;

/// Reads {"input", "policy", "webhook", "s3Config"}, each as RunPod means it. As RunPod
/// does, it takes no notice of what it does not know, and of a name that is given twice
/// the last counts. INVALID_ARGUMENT names the field and the fault.
absl::StatusOr<RunRequest> ParseRunRequest(std::string_view body);

}  // namespace furnace::gateway::http::runpod

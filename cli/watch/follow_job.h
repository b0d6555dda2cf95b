#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "cli/rest/client.h"
#include "cli/watch/job_view.h"

namespace furnace::cli {

/// Watches a job until it is final and returns it as it is then.
///
/// `view` is told what happens; `on_message`, where set, gets each message of the
/// stream as it came. A stream that breaks is opened again where it broke;
/// UNAVAILABLE when that keeps failing for about a minute. The job goes on in any
/// case.
absl::StatusOr<Answer> FollowJob(RestClient& client, const std::string& job_id, JobView& view,
                                 const std::function<void(std::string_view)>& on_message);

}  // namespace furnace::cli

#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "cli/rest/client.h"

namespace furnace::cli {

/// Asks twice a second how a batch gets on until it is done, and shows it on stderr: on a
/// terminal (`live`) as one line that is redrawn. The batch as it is then; UNAVAILABLE
/// when the gateway is away for too long.
absl::StatusOr<Answer> FollowBatch(RestClient& client, const std::string& batch_id, bool live);

}  // namespace furnace::cli

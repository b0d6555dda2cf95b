#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace furnace::cli {

/// The id of the endpoint of this name or id.
using EndpointResolver = std::function<absl::StatusOr<std::string>(const std::string& name)>;

/// The body of a SubmitGraphRequest: `text`, {"nodes": [...]} or the list of nodes alone,
/// whose nodes may name their endpoint, by "endpoint", instead of giving "endpoint_id".
///
/// INVALID_ARGUMENT when `text` has another shape; errors of `resolve`, which is asked once
/// for each name.
absl::StatusOr<std::string> GraphJson(std::string_view text, const EndpointResolver& resolve);

}  // namespace furnace::cli

// Time windows between wire types and the text that the domain keeps.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "furnace/v1/job.pb.h"

namespace furnace::scheduler::rpc {

/// The text of a window, see ParseTimeWindow; `field` is its name. INVALID_ARGUMENT names
/// the part that is wrong.
absl::StatusOr<std::string> FromProto(std::string_view field, const v1::TimeWindow& window);

/// Writes the window of a text; nothing, where that is none.
void SetWindow(std::string_view text, v1::TimeWindow* window);

}  // namespace furnace::scheduler::rpc

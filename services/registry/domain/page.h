// Pages of a list that is sorted by name.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace furnace::registry {

/// `size`, or `fallback` for 0. INVALID_ARGUMENT, naming `field`, unless it is from
/// 1 to kMaxPageSize.
absl::StatusOr<int> PageSize(std::string_view field, int size, int fallback);

/// The token of the page that follows `last_name`. Opaque to clients.
std::string MakePageToken(std::string_view last_name);

/// The name that the page of `token` follows; empty for the first page, whose
/// token is empty. INVALID_ARGUMENT, naming the field "page_token", for a token
/// that MakePageToken does not make.
absl::StatusOr<std::string> ParsePageToken(std::string_view token);

}  // namespace furnace::registry

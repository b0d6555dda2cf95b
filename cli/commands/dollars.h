#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"

namespace furnace::cli {

/// Nano-dollars of an amount in dollars: "100", "0.25", at most nine decimals and less than a
/// billion. A usage error, which names `what`, for anything else.
absl::StatusOr<std::int64_t> ParseDollars(std::string_view text, std::string_view what);

}  // namespace furnace::cli

#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"

namespace furnace::cli {

/// Nano-dollars of an amount as people write it: "0.00006", "$12", "-1.50". Exact:
/// INVALID_ARGUMENT for more than nine decimals, a billion dollars or more, and for what is no
/// amount.
absl::StatusOr<std::int64_t> ParseDollars(std::string_view text);

}  // namespace furnace::cli

#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"

namespace furnace::cli {

/// Nano-dollars of an amount as people write it: "0.00006", "$12", "-1.50". Exact: a usage
/// error, which names `what`, for more than nine decimals, a billion dollars or more, and for
/// what is no amount. Whether it may be below zero is for the server to say.
absl::StatusOr<std::int64_t> ParseDollars(std::string_view text, std::string_view what);

}  // namespace furnace::cli

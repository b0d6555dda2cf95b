#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace furnace::metering {

/// A bigint[]; nullopt is NULL.
using OptionalInts = std::vector<std::optional<std::int64_t>>;

/// The text that PostgreSQL takes and gives: "{60000,NULL}".
std::string IntArray(const OptionalInts& values);

/// INVALID_ARGUMENT or INTERNAL for what is no such text.
absl::StatusOr<OptionalInts> ParseIntArray(std::string_view text);

}  // namespace furnace::metering

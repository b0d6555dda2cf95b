#pragma once

#include <istream>
#include <string>

#include "absl/status/statusor.h"

namespace furnace::cli {

/// Largest input that is read: what the API takes.
inline constexpr std::size_t kMaxInputBytes = 10 << 20;

/// The JSON that `argument` stands for: itself, the contents of FILE for "@FILE",
/// or all of `standard_input` for "-".
///
/// A usage error when the file cannot be read, it is longer than kMaxInputBytes, or
/// it is not one JSON value.
absl::StatusOr<std::string> LoadInput(const std::string& argument, std::istream& standard_input);

}  // namespace furnace::cli

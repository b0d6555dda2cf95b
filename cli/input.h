#pragma once

#include <istream>
#include <string>
#include <vector>

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

/// Most lines that LoadLines takes: what the API takes in a batch.
inline constexpr std::size_t kMaxLines = 1000;

/// The JSON values, one a line, in FILE for "@FILE", or in all of `standard_input` for "-".
/// Empty lines are left out.
///
/// A usage error, which names the line, when there is none, or more than kMaxLines, or one
/// is not one JSON value; or when they are longer than kMaxInputBytes in all.
absl::StatusOr<std::vector<std::string>> LoadLines(const std::string& argument,
                                                   std::istream& standard_input);

}  // namespace furnace::cli

// JSON that is looked at but not owned: raw slices of the text it came in, so
// that a payload travels byte for byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace furnace::json {

/// Deepest nesting accepted.
inline constexpr std::size_t kMaxDepth = 100;

enum class Kind { kNull, kBool, kNumber, kString, kArray, kObject };

struct Member {
  std::string key;         // Unescaped.
  std::string_view value;  // Raw JSON, a slice of the input.
};

/// OK when `text` is exactly one JSON value in valid UTF-8, at most kMaxDepth
/// deep; else INVALID_ARGUMENT with the reason.
absl::Status Validate(std::string_view text);

// The rest take text that Validate accepts, or a slice these functions returned;
// INVALID_ARGUMENT when the value is of another kind.

/// The kind of value, by its first character.
Kind KindOf(std::string_view value);

/// The members of an object, in order.
absl::StatusOr<std::vector<Member>> Members(std::string_view object);

/// The elements of an array, in order.
absl::StatusOr<std::vector<std::string_view>> Elements(std::string_view array);

/// The part of a value that a JSON pointer (RFC 6901) names, as raw JSON; "": all of it.
/// NOT_FOUND when it leads nowhere; INVALID_ARGUMENT when it is none.
absl::StatusOr<std::string_view> At(std::string_view value, std::string_view pointer);

/// A string, unescaped.
absl::StatusOr<std::string> AsString(std::string_view value);

/// A number without fraction or exponent that fits.
absl::StatusOr<std::int64_t> AsInt64(std::string_view value);

absl::StatusOr<double> AsDouble(std::string_view value);
absl::StatusOr<bool> AsBool(std::string_view value);

/// `text` as a JSON string, quotes included. Bytes that are no UTF-8 become
/// U+FFFD.
std::string Quote(std::string_view text);

}  // namespace furnace::json

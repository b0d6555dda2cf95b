#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace furnace::ledger {

/// Reads a canonical text, line by line. Every line is a name, a space and a value, and ends
/// with a line feed. The text must outlive what is read from it.
class TextReader {
 public:
  explicit TextReader(std::string_view text) : rest_(text) {}

  /// The value of the next line. INVALID_ARGUMENT unless its name is `name`.
  absl::StatusOr<std::string_view> Value(std::string_view name);

  /// The same, as an integer of 64 bits.
  absl::StatusOr<std::int64_t> Integer(std::string_view name);

  /// Whether there is another line and its name is `name`.
  bool NextIs(std::string_view name) const;

  bool AtEnd() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

/// `value` cut at its first `count` - 1 spaces. INVALID_ARGUMENT when it has fewer.
absl::StatusOr<std::vector<std::string_view>> Words(std::string_view value, std::size_t count);

/// INVALID_ARGUMENT for anything but an integer of 64 bits in decimal.
absl::StatusOr<std::int64_t> ParseInt64(std::string_view text);

}  // namespace furnace::ledger

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace furnace::cli {

/// A JSON object that is put together member by member. What is not given is left
/// out.
class JsonObject {
 public:
  void AddRaw(std::string_view name, std::string json);
  void Add(std::string_view name, const std::optional<std::string>& text);
  void Add(std::string_view name, std::optional<std::int64_t> number);
  void Add(std::string_view name, std::optional<bool> flag);
  /// Strings; an empty list is left out.
  void Add(std::string_view name, const std::vector<std::string>& texts);

  bool empty() const { return members_.empty(); }
  std::string ToString() const;

  /// The object `base` with these members in place of its own of the same names, at
  /// the end. `base` may be empty. INVALID_ARGUMENT when it is no JSON object.
  absl::StatusOr<std::string> Over(std::string_view base) const;

 private:
  bool Has(std::string_view name) const;

  std::vector<std::pair<std::string, std::string>> members_;  // Name, JSON.
};

}  // namespace furnace::cli

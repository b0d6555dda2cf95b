#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace furnace::gateway::http {

/// Most query parameters of a request.
inline constexpr std::size_t kMaxQueryParameters = 100;

/// Names and values in the order of the query, decoded.
using Query = std::vector<std::pair<std::string, std::string>>;

/// A request target, taken apart.
struct Target {
  std::string_view path;                   // As sent, without the query.
  std::vector<std::string_view> segments;  // Of the path, as sent: between its slashes.
  std::string_view query;                  // As sent; see ParseQuery.
};

/// Takes apart "/path?query" or "http://host/path?query". INVALID_ARGUMENT for
/// anything else. The views point into `target`.
absl::StatusOr<Target> ParseTarget(std::string_view target);

/// Undoes %XX, and "+" for a space where `plus_is_space`. INVALID_ARGUMENT when
/// the escapes are malformed or the result is no UTF-8 or holds a control
/// character.
absl::StatusOr<std::string> Decode(std::string_view text, bool plus_is_space);

/// The parameters of a query. INVALID_ARGUMENT when one does not decode, or there
/// are more than kMaxQueryParameters.
absl::StatusOr<Query> ParseQuery(std::string_view query);

}  // namespace furnace::gateway::http

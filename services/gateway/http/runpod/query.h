#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace furnace::gateway::http::runpod {

/// What clients may say in a query. Other names are for others.
struct RunpodQuery {
  /// wait=<ms>: how long to hold the answer.
  std::optional<absl::Duration> wait;
  /// after=<n>: the sequence of the last chunk that the client has.
  std::optional<std::int64_t> after;
  /// limit=<n> and page_token=<text>, of lists. 0 and empty when they are not given.
  int limit = 0;
  std::string page_token;
  /// output=url or output_url=true: a link to the output in its place.
  bool output_url = false;
};

/// INVALID_ARGUMENT when one is out of range: wait 1,000-300,000, after 0 to 2^40,
/// limit 1-1,000, output only "url", output_url only "true" or "false".
absl::StatusOr<RunpodQuery> ParseRunpodQuery(std::string_view query);

}  // namespace furnace::gateway::http::runpod

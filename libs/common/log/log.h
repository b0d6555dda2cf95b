#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace furnace::log {

/// Sets up spdlog for the process: on a terminal readable lines, elsewhere one
/// flat JSON object per line on stderr with `service`, `level`, `ts` (ISO 8601,
/// milliseconds, Z) and `msg`. `level` is trace, debug, info, warn, error or
/// fatal; INVALID_ARGUMENT otherwise.
///
/// Messages hold ids, never secrets and never payloads.
absl::Status SetUp(std::string_view service, std::string_view level);

/// Names the request that this thread works on, until destroyed: every line it
/// logs meanwhile carries `request_id`.
class RequestScope {
 public:
  explicit RequestScope(std::string_view request_id);
  ~RequestScope();

  RequestScope(const RequestScope&) = delete;
  RequestScope& operator=(const RequestScope&) = delete;

 private:
  std::string_view previous_;
};

}  // namespace furnace::log

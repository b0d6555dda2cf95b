#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace furnace::metering {

/// Tells which months of a project are closed: have a final invoice. Thread-safe.
class ClosedPeriods {
 public:
  virtual ~ClosedPeriods() = default;

  /// The first microsecond of the first month that has no final invoice; 0: none is closed.
  virtual absl::StatusOr<std::int64_t> OpenFrom(const std::string& project_id) = 0;
};

}  // namespace furnace::metering

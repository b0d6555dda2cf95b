#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "libs/common/base/status.h"

namespace furnace::registry {

/// The values that a field of a spec may have, both ends included.
struct Range {
  std::string_view field;  // Below "spec.".
  int min;
  int max;
};

/// INVALID_ARGUMENT, naming the field, unless `value` lies in the range.
inline absl::Status Check(const Range& range, int value) {
  if (value >= range.min && value <= range.max) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "spec.{}: {} is not from {} to {}", range.field,
               value, range.min, range.max);
}

}  // namespace furnace::registry

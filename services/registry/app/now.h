#pragma once

#include "absl/time/time.h"
#include "libs/common/base/clock.h"

namespace furnace::registry {

/// The time, cut to the microseconds that a store keeps: what is answered and what
/// is read back later are then the same.
inline absl::Time NowInMicros(const Clock& clock) {
  return absl::FromUnixMicros(absl::ToUnixMicros(clock.Now()));
}

}  // namespace furnace::registry

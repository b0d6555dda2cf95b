#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <cstdint>

#include "absl/time/time.h"

namespace furnace::registry::rpc {

/// Writes `time`, to the microsecond; it is not before 1970.
inline void SetTimestamp(absl::Time time, google::protobuf::Timestamp* timestamp) {
  constexpr std::int64_t kMicrosPerSecond = 1'000'000;
  constexpr std::int64_t kNanosPerMicro = 1'000;
  const std::int64_t micros = absl::ToUnixMicros(time);
  timestamp->set_seconds(micros / kMicrosPerSecond);
  timestamp->set_nanos(static_cast<std::int32_t>(micros % kMicrosPerSecond * kNanosPerMicro));
}

}  // namespace furnace::registry::rpc

// What forecasts need of the world besides the queue; clients/ and storage/ implement it.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace furnace::scheduler {

/// The prices in force.
struct PriceList {
  std::map<std::string, std::int64_t> gpu_seconds;  // Nano-dollars, by GPU type.
  std::int64_t invocation = 0;                      // Nano-dollars.
};

/// Where prices come from.
class PriceSource {
 public:
  virtual ~PriceSource() = default;

  virtual absl::StatusOr<PriceList> Prices() = 0;
};

/// How good forecasts turn out to be. Thread-safe.
class ForecastMeter {
 public:
  virtual ~ForecastMeter() = default;

  /// A job started `error` after (below zero: before) its p50; `late`: after its p90.
  virtual void Started(absl::Duration error, bool late) = 0;
};

}  // namespace furnace::scheduler

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/metering/domain/usage.h"

namespace furnace::metering {

/// What a price is for. A warm GPU-second is one of an always-on worker.
enum class PriceUnit { kGpuSecond, kInvocation, kWarmGpuSecond, kGbMonth };

/// One line of the price list: in force from `effective_from_us`, which is a whole
/// UTC hour, until a later line for the same thing is.
///
/// Whole hours, so that usage cut at hours never spans a change of price.
struct Price {
  PriceUnit unit = PriceUnit::kGpuSecond;
  std::string gpu_type = {};  // Empty for an invocation and for storage.
  std::int64_t nanos = 0;     // Nano-dollars a unit.
  std::int64_t effective_from_us = 0;

  friend bool operator==(const Price&, const Price&) = default;
};

/// All prices there ever were and those announced. Immutable.
class PriceList {
 public:
  PriceList() = default;
  explicit PriceList(std::vector<Price> prices);

  /// Nano-dollars a GPU-second of `gpu_type` costs at `time_us`; nullopt when it
  /// has no price then.
  std::optional<std::int64_t> GpuSecond(std::string_view gpu_type, std::int64_t time_us) const;

  /// Nano-dollars an invocation costs at `time_us`.
  std::optional<std::int64_t> Invocation(std::int64_t time_us) const;

  /// Nano-dollars a unit costs at `time_us`.
  std::optional<std::int64_t> At(PriceUnit unit, std::string_view gpu_type,
                                 std::int64_t time_us) const;

  /// The lines in force at `time_us`, sorted by unit and GPU type.
  std::vector<Price> InForce(std::int64_t time_us) const;

 private:
  std::vector<Price> prices_;  // Sorted by unit, GPU type, time.
};

}  // namespace furnace::metering

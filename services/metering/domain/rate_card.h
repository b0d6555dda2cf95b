#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "services/metering/domain/pricing.h"

namespace furnace::metering {

/// What a project pays at most for attempts, in nano-dollars.
struct RateCard {
  std::map<std::string, std::int64_t> gpu_second;  // By GPU type; those that have a price.
  std::int64_t invocation = 0;

  friend auto operator<=>(const RateCard&, const RateCard&) = default;
};

/// What `project_id` pays at `time_us`, wherever and on whichever tier that is dearest.
RateCard RateCardOf(const PriceList& prices, std::string_view project_id, std::int64_t time_us);

}  // namespace furnace::metering

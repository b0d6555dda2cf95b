// What metering needs to change its price list.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/metering/domain/pricing.h"

namespace furnace::metering {

/// A line of the price list as it was announced.
struct PriceLine {
  std::int64_t id = 0;  // Rises in the order of announcement.
  Price price = {};
  std::int64_t announced_us = 0;
  std::optional<std::int64_t> withdrawn_us = {};
};

/// Which lines to list.
struct PriceHistoryQuery {
  std::string project_id = {};  // Empty: the lines of all.
  std::int64_t after_id = 0;    // Lines with a greater id.
  int limit = 0;                // Most lines, at least 1.
};

/// The price list with all that it ever was. Nothing is taken out of it. Thread-safe.
class PriceHistory {
 public:
  virtual ~PriceHistory() = default;

  /// Adds valid prices as the list's next version, all or none; the lines, in their order.
  virtual absl::StatusOr<std::vector<PriceLine>> Announce(std::span<const Price> prices,
                                                          std::int64_t now_us) = 0;

  /// Takes a line back that is not in force at `now_us`. One that is withdrawn stays as it is.
  ///
  /// Errors: NOT_FOUND for no such line; FAILED_PRECONDITION when it is in force.
  virtual absl::StatusOr<PriceLine> Withdraw(std::int64_t id, std::int64_t now_us) = 0;

  /// Lines by rising id, the withdrawn ones among them.
  virtual absl::StatusOr<std::vector<PriceLine>> List(const PriceHistoryQuery& query) = 0;
};

}  // namespace furnace::metering

#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/base/clock.h"
#include "services/metering/app/price_ports.h"

namespace furnace::metering {

/// Where operators change the price list. Thread-safe.
class PriceDesk {
 public:
  PriceDesk(PriceHistory& history, const Clock& clock) : history_(history), clock_(clock) {}

  /// Announces `prices` together; one whose effective_from_us is 0 is in force from the next
  /// UTC hour on. Usage that is booked keeps its price.
  ///
  /// Errors: those of CheckChange, which name the line ("prices[3].tier: ...");
  /// INVALID_ARGUMENT for none, more than kMaxPricesOfChange, or the same thing from the same
  /// hour on twice; those of the history.
  absl::StatusOr<std::vector<PriceLine>> Announce(std::vector<Price> prices);

  /// See PriceHistory.
  absl::StatusOr<PriceLine> Withdraw(std::int64_t id);
  absl::StatusOr<std::vector<PriceLine>> List(const PriceHistoryQuery& query) {
    return history_.List(query);
  }

 private:
  PriceHistory& history_;
  const Clock& clock_;
};

}  // namespace furnace::metering

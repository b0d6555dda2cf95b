#include "services/metering/app/price_desk.h"

#include <set>
#include <string>
#include <tuple>

#include "absl/time/time.h"
#include "libs/common/base/status.h"
#include "services/metering/domain/price_change.h"

namespace furnace::metering {
namespace {

using LineKey =
    std::tuple<PriceUnit, std::string, std::string, std::string, std::string, std::int64_t>;

LineKey KeyOf(const Price& price) {
  return {price.unit, price.gpu_type,   price.region,
          price.tier, price.project_id, price.effective_from_us};
}

absl::Status CheckAll(const std::vector<Price>& prices, std::int64_t now_us) {
  std::set<LineKey> seen;
  for (std::size_t i = 0; i < prices.size(); ++i) {
    const absl::Status status = CheckChange(prices[i], now_us);
    if (!status.ok()) return Error(status.code(), "prices[{}].{}", i, ToStd(status.message()));
    if (!seen.insert(KeyOf(prices[i])).second) {
      return Error(absl::StatusCode::kInvalidArgument,
                   "prices[{}]: for the same thing from the same hour on as one before", i);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<PriceLine>> PriceDesk::Announce(std::vector<Price> prices) {
  if (prices.empty() || prices.size() > kMaxPricesOfChange) {
    return Error(absl::StatusCode::kInvalidArgument, "prices: must be 1 to {}, not {}",
                 kMaxPricesOfChange, prices.size());
  }
  const std::int64_t now_us = absl::ToUnixMicros(clock_.Now());
  for (Price& price : prices) {
    if (price.effective_from_us == 0) price.effective_from_us = HourOf(now_us) + kHourUs;
  }
  FURNACE_RETURN_IF_ERROR(CheckAll(prices, now_us));
  return history_.Announce(prices, now_us);
}

absl::StatusOr<PriceLine> PriceDesk::Withdraw(std::int64_t id) {
  return history_.Withdraw(id, absl::ToUnixMicros(clock_.Now()));
}

}  // namespace furnace::metering

#include "services/scheduler/app/price_book.h"

#include <utility>

#include "libs/common/base/status.h"

namespace furnace::scheduler {

absl::Status PriceBook::Refresh() {
  FURNACE_ASSIGN_OR_RETURN(PriceList prices, source_.Prices());
  MutexLock lock(mutex_);
  prices_ = std::move(prices);
  return absl::OkStatus();
}

std::optional<UnitPrices> PriceBook::For(const Endpoint& endpoint) const {
  if (endpoint.gpu_types.empty()) return std::nullopt;
  MutexLock lock(mutex_);
  const auto found = prices_.gpu_seconds.find(endpoint.gpu_types.front());
  if (found == prices_.gpu_seconds.end()) return std::nullopt;
  return UnitPrices{.gpu_second = found->second, .invocation = prices_.invocation};
}

}  // namespace furnace::scheduler

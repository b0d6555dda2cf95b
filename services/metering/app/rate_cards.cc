#include "services/metering/app/rate_cards.h"

#include <utility>

#include "absl/time/time.h"
#include "libs/common/base/status.h"

namespace furnace::metering {

absl::Status RateCards::Refresh() {
  FURNACE_ASSIGN_OR_RETURN(PriceList list, prices_.Load());
  const std::int64_t hour_us = HourOf(absl::ToUnixMicros(clock_.Now()));
  MutexLock lock(mutex_);
  if (list.version() != list_.version() || hour_us != hour_us_) cards_.clear();
  list_ = std::move(list);
  hour_us_ = hour_us;
  return absl::OkStatus();
}

std::shared_ptr<const RateCard> RateCards::Of(const std::string& project_id) {
  MutexLock lock(mutex_);
  std::shared_ptr<const RateCard>& card = cards_[project_id];
  if (card == nullptr) {
    card = std::make_shared<const RateCard>(RateCardOf(list_, project_id, hour_us_));
  }
  return card;
}

}  // namespace furnace::metering

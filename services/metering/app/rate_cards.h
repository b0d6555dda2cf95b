#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "libs/common/base/clock.h"
#include "libs/common/base/mutex.h"
#include "services/metering/app/ports.h"
#include "services/metering/domain/rate_card.h"

namespace furnace::metering {

/// What projects pay now, worked out once for each list of prices and hour. Thread-safe.
class RateCards {
 public:
  RateCards(PriceStore& prices, const Clock& clock) : prices_(prices), clock_(clock) {}

  /// Reads the list of prices; blocks. Errors: those of the store.
  absl::Status Refresh() ABSL_LOCKS_EXCLUDED(mutex_);

  /// By the list of the last Refresh.
  std::shared_ptr<const RateCard> Of(const std::string& project_id) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  PriceStore& prices_;
  const Clock& clock_;

  Mutex mutex_;
  PriceList list_ ABSL_GUARDED_BY(mutex_);
  std::int64_t hour_us_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, std::shared_ptr<const RateCard>> cards_
      ABSL_GUARDED_BY(mutex_);  // By project.
};

}  // namespace furnace::metering

#pragma once

#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/common/base/mutex.h"
#include "services/scheduler/app/forecast_ports.h"
#include "services/scheduler/domain/endpoint.h"
#include "services/scheduler/domain/forecast.h"

namespace furnace::scheduler {

/// The prices as they were last fetched. Thread-safe.
class PriceBook {
 public:
  /// How often to call Refresh: a new price is known so much after it is in force.
  static constexpr absl::Duration kEvery = absl::Minutes(1);

  explicit PriceBook(PriceSource& source) : source_(source) {}

  /// Fetches them; blocks. On an error those known before stay.
  absl::Status Refresh() ABSL_LOCKS_EXCLUDED(mutex_);

  /// Of the GPU type that the endpoint likes best; nullopt when that is not known.
  std::optional<UnitPrices> For(const Endpoint& endpoint) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  PriceSource& source_;
  mutable Mutex mutex_;
  PriceList prices_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace furnace::scheduler

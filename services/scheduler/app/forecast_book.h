#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "libs/common/base/mutex.h"
#include "services/scheduler/app/forecast_ports.h"
#include "services/scheduler/domain/job.h"
#include "services/scheduler/domain/outlook.h"

namespace furnace::scheduler {

/// Forecasts that were given and have yet to prove true: the first one of each job.
/// Thread-safe.
class ForecastBook {
 public:
  /// So many are kept; then the oldest go.
  static constexpr std::size_t kMax = 10'000;

  explicit ForecastBook(ForecastMeter& meter) : meter_(meter) {}

  /// A client was told of this forecast at `now`.
  void Given(const std::string& job_id, const Forecast& forecast, absl::Time now)
      ABSL_LOCKS_EXCLUDED(mutex_);
  /// A job is like this now: measures its forecast, if it has started since.
  void Saw(const Job& job) ABSL_LOCKS_EXCLUDED(mutex_);

  std::size_t size() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Entry {
    Forecast forecast;
    absl::Time given;
  };

  ForecastMeter& meter_;
  mutable Mutex mutex_;
  std::map<std::string, Entry> entries_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> order_ ABSL_GUARDED_BY(mutex_);  // Oldest first; some have gone.
};

}  // namespace furnace::scheduler

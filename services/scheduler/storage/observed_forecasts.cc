#include "services/scheduler/storage/observed_forecasts.h"

#include "libs/common/metrics/metrics.h"

namespace furnace::scheduler {
namespace {

prometheus::Histogram& Errors(const char* side) {
  return metrics::Wait("furnace_forecast_error_seconds",
                       "Time between a job's start and its forecast p50, by side.",
                       {{"start", side}});
}

prometheus::Counter& Count(const char* verdict) {
  return metrics::Counter("furnace_forecasts_total",
                          "Forecasts whose job has started, by whether it did by p90.",
                          {{"start", verdict}});
}

}  // namespace

void ObservedForecasts::Started(absl::Duration error, bool late) {
  static prometheus::Histogram& before = Errors("before");
  static prometheus::Histogram& after = Errors("after");
  static prometheus::Counter& in_time = Count("in_time");
  static prometheus::Counter& too_late = Count("late");
  const bool early = error < absl::ZeroDuration();
  (early ? before : after).Observe(absl::ToDoubleSeconds(absl::AbsDuration(error)));
  (late ? too_late : in_time).Increment();
}

}  // namespace furnace::scheduler

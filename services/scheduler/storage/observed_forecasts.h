#pragma once

#include "services/scheduler/app/forecast_ports.h"

namespace furnace::scheduler {

/// Forecasts as metrics: furnace_forecast_error_seconds, how far the starts of jobs were
/// from their p50, by whether they were before or after it; furnace_forecasts_total, how
/// many there were, by whether they were late for their p90, as one in ten should be.
class ObservedForecasts final : public ForecastMeter {
 public:
  void Started(absl::Duration error, bool late) override;
};

}  // namespace furnace::scheduler

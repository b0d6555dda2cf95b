#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "libs/common/base/clock.h"
#include "services/scheduler/app/endpoint_catalog.h"
#include "services/scheduler/app/forecast_book.h"
#include "services/scheduler/app/ports.h"
#include "services/scheduler/app/price_book.h"
#include "services/scheduler/app/start_rules.h"

namespace furnace::scheduler {

/// Says why a job waits, and for how long it will. Blocks. Thread-safe.
class Explainer {
 public:
  Explainer(JobQueue& queue, EndpointCatalog& catalog, const PriceBook& prices,
            ForecastBook& forecasts, const Clock& clock, const StartRules* rules = nullptr)
      : queue_(queue),
        catalog_(catalog),
        prices_(prices),
        forecasts_(forecasts),
        clock_(clock),
        rules_(rules) {}

  /// nullopt when the job does not wait, or not any more. Errors of the queue and the
  /// registry.
  absl::StatusOr<std::optional<WaitReason>> Explain(const Job& job);

 private:
  std::optional<StartBlock> BlockOf(const Endpoint& endpoint, const Job& job) const;

  JobQueue& queue_;
  EndpointCatalog& catalog_;
  const PriceBook& prices_;
  ForecastBook& forecasts_;
  const Clock& clock_;
  const StartRules* const rules_;  // May be nullptr.
};

}  // namespace furnace::scheduler

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/base/clock.h"
#include "services/metering/app/ports.h"
#include "services/metering/app/report_ports.h"
#include "services/metering/domain/forecast.h"

namespace furnace::metering {

/// How far back an endpoint's jobs tell how long its jobs take.
inline constexpr std::int64_t kEstimateHistoryUs = 7 * kDayUs;

/// Answers what things cost, and are going to. Thread-safe. Errors of all besides those
/// named: those of the stores.
class CostReporter {
 public:
  CostReporter(ReportStore& reports, UsageStore& usage, PriceStore& prices, const Clock& clock)
      : reports_(reports), usage_(usage), prices_(prices), clock_(clock) {}

  /// The report on `query`, whose period is set from `start_us` and `end_us` as
  /// ReportPeriodOf does: at most `limit` groups from the `offset`-th on. Errors: those of
  /// ReportPeriodOf.
  absl::StatusOr<CostPage> Report(CostQuery query, std::optional<std::int64_t> start_us,
                                  std::optional<std::int64_t> end_us, std::int64_t offset,
                                  int limit);

  /// See domain/estimate.h; what `query` leaves open is taken from the endpoint's jobs.
  absl::StatusOr<std::vector<EstimateRow>> Estimate(const std::string& project_id,
                                                    const std::optional<std::string>& endpoint_id,
                                                    EstimateQuery query);

  /// See domain/forecast.h: of all of the project's costs, or an endpoint's.
  absl::StatusOr<Forecast> ForecastMonth(const std::string& project_id,
                                         const std::optional<std::string>& endpoint_id);

 private:
  std::int64_t NowUs() const { return absl::ToUnixMicros(clock_.Now()); }

  ReportStore& reports_;
  UsageStore& usage_;
  PriceStore& prices_;
  const Clock& clock_;
};

}  // namespace furnace::metering

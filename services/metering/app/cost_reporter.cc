#include "services/metering/app/cost_reporter.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "absl/time/time.h"
#include "libs/common/base/status.h"

namespace furnace::metering {

absl::StatusOr<CostPage> CostReporter::Report(CostQuery query, std::optional<std::int64_t> start_us,
                                              std::optional<std::int64_t> end_us,
                                              std::int64_t offset, int limit) {
  FURNACE_ASSIGN_OR_RETURN(query.period,
                           ReportPeriodOf(start_us, end_us, NowUs(), NeedsRecords(query)));
  return reports_.Costs(query, offset, limit);
}

absl::StatusOr<std::vector<EstimateRow>> CostReporter::Estimate(
    const std::string& project_id, const std::optional<std::string>& endpoint_id,
    EstimateQuery query) {
  const std::int64_t now_us = NowUs();
  std::vector<Durations> history;
  if (endpoint_id) {
    FURNACE_ASSIGN_OR_RETURN(
        history, reports_.DurationsOf(project_id, *endpoint_id, now_us - kEstimateHistoryUs));
  }
  FURNACE_ASSIGN_OR_RETURN(const PriceList prices, prices_.Load());
  query.project_id = project_id;
  return metering::Estimate(query, history, prices, now_us);
}

absl::StatusOr<Forecast> CostReporter::ForecastMonth(
    const std::string& project_id, const std::optional<std::string>& endpoint_id) {
  const std::int64_t now_us = NowUs();
  const std::int64_t month_us = *StartOf(TimeUnit::kMonth, now_us);
  const std::int64_t history_us = HourOf(now_us) - kForecastHistoryUs;
  const UsageQuery query{.project_id = project_id,
                         .period = {std::min(month_us, history_us), HourOf(now_us) + kHourUs},
                         .endpoint_id = endpoint_id,
                         .by_hour = true};
  FURNACE_ASSIGN_OR_RETURN(const std::vector<UsageRow> rows,
                           usage_.Sum(query, std::numeric_limits<int>::max()));
  std::map<std::int64_t, AttoUsd> cost_by_hour;
  for (const UsageRow& row : rows) cost_by_hour.emplace(*row.hour_us, row.sums.cost);
  return ForecastOf(cost_by_hour, now_us);
}

}  // namespace furnace::metering

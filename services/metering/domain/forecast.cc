#include "services/metering/domain/forecast.h"

#include <algorithm>
#include <vector>

#include "libs/common/base/status.h"
#include "services/metering/domain/month.h"

namespace furnace::metering {
namespace {

using CostByHour = std::map<std::int64_t, AttoUsd>;

absl::StatusOr<AttoUsd> SumIn(const CostByHour& costs, Span hours) {
  AttoUsd sum;
  const auto end = costs.lower_bound(hours.end_us);
  for (auto hour = costs.lower_bound(hours.start_us); hour != end; ++hour) {
    FURNACE_ASSIGN_OR_RETURN(sum, Add(sum, hour->second));
  }
  return sum;
}

// What `rest` costs if it goes on as the period of `period_us` from `from_us` on did, again
// and again.
absl::StatusOr<AttoUsd> Repeated(const CostByHour& costs, std::int64_t from_us,
                                 std::int64_t period_us, Span rest) {
  AttoUsd sum;
  for (std::int64_t at_us = rest.start_us; at_us < rest.end_us; at_us += kHourUs) {
    const auto hour = costs.find(from_us + (at_us - rest.start_us) % period_us);
    if (hour == costs.end()) continue;
    FURNACE_ASSIGN_OR_RETURN(sum, Add(sum, hour->second));
  }
  return sum;
}

AttoUsd AtLeast(AttoUsd least, Int128 value) { return {std::max(least.value, value)}; }

}  // namespace

absl::StatusOr<Forecast> ForecastOf(const CostByHour& cost_by_hour, std::int64_t now_us) {
  const std::int64_t hour_us = HourOf(now_us);
  const Span month = MonthAt(now_us);
  Forecast forecast{.month_us = month.start_us};
  FURNACE_ASSIGN_OR_RETURN(forecast.month_to_date, SumIn(cost_by_hour, month));

  const auto first = cost_by_hour.lower_bound(hour_us - kForecastHistoryUs);
  const std::int64_t history_us = first == cost_by_hour.end() ? 0 : hour_us - first->first;
  if (history_us < kWeekUs) return forecast;
  forecast.period_us = history_us < 2 * kWeekUs ? kDayUs : kWeekUs;
  forecast.periods = static_cast<int>(history_us / forecast.period_us);

  std::vector<Int128> rests;
  AttoUsd sum;
  for (int back = 1; back <= forecast.periods; ++back) {
    FURNACE_ASSIGN_OR_RETURN(const AttoUsd rest,
                             Repeated(cost_by_hour, hour_us - back * forecast.period_us,
                                      forecast.period_us, {hour_us, month.end_us}));
    FURNACE_ASSIGN_OR_RETURN(sum, Add(sum, rest));
    rests.push_back(rest.value);
  }
  FURNACE_ASSIGN_OR_RETURN(const AttoUsd before, SumIn(cost_by_hour, {month.start_us, hour_us}));
  const auto [least, most] = std::minmax_element(rests.begin(), rests.end());
  const AttoUsd to_date = forecast.month_to_date;
  forecast.low = AtLeast(to_date, before.value + *least);
  forecast.likely = AtLeast(to_date, before.value + DivideHalfEven(sum.value, forecast.periods));
  forecast.high = AtLeast(to_date, before.value + *most);
  return forecast;
}

}  // namespace furnace::metering

// What a month is going to cost, from what the weeks before it did.
#pragma once

#include <cstdint>
#include <map>

#include "absl/status/statusor.h"
#include "services/metering/domain/money.h"
#include "services/metering/domain/usage.h"

namespace furnace::metering {

inline constexpr std::int64_t kWeekUs = 7 * kDayUs;
/// How far back a forecast looks.
inline constexpr std::int64_t kForecastHistoryUs = 4 * kWeekUs;

/// A month: what it has cost, and what it is going to.
struct Forecast {
  std::int64_t month_us = 0;  // Its first microsecond.
  AttoUsd month_to_date = {};
  /// Periods that the rest is known from; 0: less than 7 days of usage, nothing is forecast.
  int periods = 0;
  std::int64_t period_us = 0;  // A day or a week.
  AttoUsd low = {};            // If the rest of the month is like the cheapest period,
  AttoUsd likely = {};         // the mean of them,
  AttoUsd high = {};           // the dearest one.

  friend bool operator==(const Forecast&, const Forecast&) = default;
};

/// The forecast of `now_us`'s UTC month. `cost_by_hour` has the costs of its hours, and of
/// those of the last four weeks, that cost anything.
///
/// Each hour from the present one on is taken to cost what the hour did that lies a whole
/// number of periods before it: weeks, if there are two of usage, or else days. Nothing is
/// forecast below what the month has cost. OUT_OF_RANGE when a sum has more than 38 digits.
absl::StatusOr<Forecast> ForecastOf(const std::map<std::int64_t, AttoUsd>& cost_by_hour,
                                    std::int64_t now_us);

}  // namespace furnace::metering

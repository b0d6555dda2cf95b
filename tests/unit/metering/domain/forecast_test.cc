#include "services/metering/domain/forecast.h"

#include <gtest/gtest.h>

#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

using CostByHour = std::map<std::int64_t, AttoUsd>;

constexpr std::int64_t kMarchUs = kTenUs - 10 * kHourUs;  // The month of 31 days.
constexpr std::int64_t kAprilUs = kMarchUs + 31 * kDayUs;

// Each of the hours [from_us, to_us) costs `cost`.
void Spend(CostByHour& costs, std::int64_t from_us, std::int64_t to_us, int cost) {
  for (std::int64_t at_us = from_us; at_us < to_us; at_us += kHourUs) costs[at_us] = {cost};
}

Forecast Of(const CostByHour& costs, std::int64_t now_us) {
  const auto forecast = ForecastOf(costs, now_us);
  EXPECT_TRUE(forecast.ok()) << forecast.status();
  return forecast.ok() ? *forecast : Forecast{};
}

TEST(ForecastTest, WithLessThanAWeekItSaysSo) {
  CostByHour costs;
  const std::int64_t now_us = kMarchUs + 20 * kDayUs;
  EXPECT_EQ(Of(costs, now_us), (Forecast{.month_us = kMarchUs}));
  Spend(costs, now_us - 7 * kDayUs + kHourUs, now_us + kHourUs, 2);
  const Forecast forecast = Of(costs, now_us + 5);
  EXPECT_EQ(forecast.periods, 0);
  EXPECT_EQ(forecast.month_to_date, AttoUsd{2 * 7 * 24});
  EXPECT_EQ(forecast.high, AttoUsd{});
}

TEST(ForecastTest, SteadyCostsGoOn) {
  for (const int days : {7, 13, 14, 20, 28, 60}) {
    CostByHour costs;
    const std::int64_t now_us = kMarchUs + 20 * kDayUs + 7 * kHourUs;
    Spend(costs, now_us - days * kDayUs, now_us, 3);
    const Forecast forecast = Of(costs, now_us + kHourUs - 1);
    EXPECT_EQ(forecast.periods, days < 14 ? days : std::min(days, 28) / 7) << days;
    EXPECT_EQ(forecast.period_us, days < 14 ? kDayUs : kWeekUs);
    const std::int64_t hours = (kAprilUs - std::max(kMarchUs, now_us - days * kDayUs)) / kHourUs;
    EXPECT_EQ(forecast.likely, AttoUsd{3 * hours}) << days;
    EXPECT_EQ(forecast.low, forecast.likely);
    EXPECT_EQ(forecast.high, forecast.likely);
  }
}

TEST(ForecastTest, AnHourIsLikeTheSameHourOfTheWeekBefore) {
  // A day to go; the day of each of the last four weeks had one hour of usage.
  CostByHour costs;
  const std::int64_t now_us = kAprilUs - kDayUs;
  const int spent[] = {10, 20, 25, 46};
  for (int week = 1; week <= 4; ++week) {
    costs[now_us - week * kWeekUs + 3 * kHourUs] = {spent[week - 1]};
    costs[now_us - week * kWeekUs] = {1};
    costs[now_us - week * kWeekUs + kDayUs] = {1'000};
  }
  const std::int64_t so_far = 10 + 20 + 25 + 46 + 4 + 4'000;
  const Forecast forecast = Of(costs, now_us);
  EXPECT_EQ(forecast.periods, 4);
  EXPECT_EQ(forecast.month_to_date, AttoUsd{so_far});
  EXPECT_EQ(forecast.low, AttoUsd{so_far + 1 + 10});
  EXPECT_EQ(forecast.likely, AttoUsd{so_far + 26});  // 26.25.
  EXPECT_EQ(forecast.high, AttoUsd{so_far + 1 + 46});
}

TEST(ForecastTest, IsNeverBelowWhatTheMonthHasCost) {
  CostByHour costs;
  const std::int64_t now_us = kAprilUs - kHourUs;
  costs[now_us - kForecastHistoryUs] = {1};
  costs[now_us] = {50};
  const Forecast forecast = Of(costs, now_us + 1);
  EXPECT_EQ(forecast.month_to_date, AttoUsd{51});
  EXPECT_EQ(forecast.low, AttoUsd{51});
  EXPECT_EQ(forecast.high, AttoUsd{51});
}

TEST(ForecastTest, TheMonthBeforeIsHistoryOnly) {
  CostByHour costs;
  Spend(costs, kMarchUs - 14 * kDayUs, kMarchUs, 1);
  const Forecast forecast = Of(costs, kMarchUs);
  EXPECT_EQ(forecast.month_us, kMarchUs);
  EXPECT_EQ(forecast.month_to_date, AttoUsd{});
  EXPECT_EQ(forecast.likely, AttoUsd{31 * 24});
}

TEST(ForecastTest, SumsThatAreTooLargeAreRefused) {
  const Int128 large = *ParseInt128("99999999999999999999999999999999999999");
  CostByHour costs;
  Spend(costs, kMarchUs, kMarchUs + kWeekUs, 0);
  for (auto& [hour, cost] : costs) cost.value = large;
  EXPECT_EQ(ForecastOf(costs, kMarchUs + kWeekUs).status().code(), absl::StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace furnace::metering

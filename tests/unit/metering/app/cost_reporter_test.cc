#include "services/metering/app/cost_reporter.h"

#include <gtest/gtest.h>

#include "tests/support/metering_memory_reports.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

class CostReporterTest : public testing::Test {
 protected:
  // An attempt that ended `ago_us` before now.
  void Record(std::int64_t ago_us, std::int64_t length_us) {
    UsageRecord record = ARecord();
    record.project_id = project_;
    record.endpoint_id = endpoint_;
    record.end_us = now_us_ - ago_us;
    record.start_us = record.end_us - length_us;
    ASSERT_TRUE(usage_.Record(DefaultBills({record}), now_us_).ok());
  }

  const std::int64_t now_us_ = kTenUs + 20 * kDayUs + 10 * kMinuteUs;
  const std::string project_ = NewId();
  const std::string endpoint_ = NewId();
  MemoryUsageStore usage_;
  MemoryReportStore reports_{usage_};
  MemoryPriceStore prices_;
  FixedClock clock_{now_us_};
  CostReporter reporter_{reports_, usage_, prices_, clock_};
};

TEST_F(CostReporterTest, ReportsThisMonthUnlessToldOtherwise) {
  Record(kHourUs, kSecondUs);
  Record(25 * kDayUs, kSecondUs);
  const auto page = reporter_.Report({.project_id = project_}, std::nullopt, std::nullopt, 0, 10);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->total.sums.cost, FromNanos(60'000 + 100'000));
}

TEST_F(CostReporterTest, ReportsFromRecordsAreOfAMonthAtMost) {
  const auto report = [&](bool count_jobs) {
    return reporter_
        .Report({.project_id = project_, .count_jobs = count_jobs}, kTenUs - 100 * kDayUs, kTenUs,
                0, 10)
        .status()
        .code();
  };
  EXPECT_EQ(report(false), absl::StatusCode::kOk);
  EXPECT_EQ(report(true), absl::StatusCode::kInvalidArgument);
}

TEST_F(CostReporterTest, EstimatesFromTheLastWeek) {
  Record(kHourUs, 2 * kSecondUs);
  Record(8 * kDayUs, 2'000 * kSecondUs);
  const auto rows = reporter_.Estimate(project_, endpoint_, {});
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_EQ((*rows)[0].durations.attempts, 1);
  EXPECT_EQ((*rows)[0].high, FromNanos(2 * 60'000 + 100'000));
  EXPECT_FALSE(reporter_.Estimate(NewId(), endpoint_, {}).ok());
}

TEST_F(CostReporterTest, ForecastsOneEndpointOrAll) {
  for (int day = 1; day <= 14; ++day) Record(day * kDayUs, kSecondUs);
  const auto forecast = reporter_.ForecastMonth(project_, endpoint_);
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->periods, 2);
  EXPECT_EQ(forecast->month_to_date, FromNanos(14 * 160'000));
  // 10 full days and the evening of this one are left, with an attempt at ten each.
  EXPECT_EQ(forecast->likely, FromNanos((14 + 11) * 160'000));
  EXPECT_TRUE(reporter_.ForecastMonth(project_, std::nullopt).ok());
  EXPECT_EQ(reporter_.ForecastMonth(project_, NewId())->periods, 0);
}

}  // namespace
}  // namespace furnace::metering

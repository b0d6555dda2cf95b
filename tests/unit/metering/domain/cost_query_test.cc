#include "services/metering/domain/cost_query.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

TEST(CostQueryTest, OnlyHoursEndpointsGpuTypesAndApiKeysAreInTheHourlySums) {
  EXPECT_FALSE(NeedsRecords({.by_time = TimeUnit::kDay,
                             .by_endpoint = true,
                             .by_gpu_type = true,
                             .by_api_key = true,
                             .endpoint_id = "e",
                             .gpu_type = "g",
                             .api_key_id = "k",
                             .dearest_first = true}));
  const std::vector<CostQuery> others = {
      {.by_kind = true}, {.by_worker = true},           {.by_job = true},   {.by_tag = "t"},
      {.tagged = "a=b"}, {.kind = UsageKind::kAttempt}, {.worker_id = "w"}, {.count_jobs = true}};
  for (const CostQuery& query : others) EXPECT_TRUE(NeedsRecords(query));
}

TEST(CostQueryTest, FindsTheStartOfAnHourADayAMonth) {
  const std::int64_t march_first = kTenUs - 10 * kHourUs;
  const std::int64_t time_us = kTenUs + 3 * kDayUs + 5;
  EXPECT_EQ(StartOf(TimeUnit::kHour, time_us), kTenUs + 3 * kDayUs);
  EXPECT_EQ(StartOf(TimeUnit::kDay, time_us), march_first + 3 * kDayUs);
  EXPECT_EQ(StartOf(TimeUnit::kMonth, time_us), march_first);
  EXPECT_EQ(StartOf(TimeUnit::kMonth, march_first), march_first);
  EXPECT_EQ(StartOf(TimeUnit::kMonth, march_first - 1), march_first - 28 * kDayUs);
  EXPECT_EQ(StartOf(TimeUnit::kNone, time_us), std::nullopt);
}

TEST(CostQueryTest, APeriodIsThisMonthUnlessGiven) {
  const auto period = ReportPeriodOf(std::nullopt, std::nullopt, kTenUs + 5, true);
  ASSERT_TRUE(period.ok());
  EXPECT_EQ(*period, (Span{kTenUs - 10 * kHourUs, kTenUs + kHourUs}));
}

TEST(CostQueryTest, APeriodIsOfWholeHoursAndNotTooLong) {
  struct Case {
    std::int64_t start_us, end_us;
    bool from_records;
    std::string error;
  };
  const std::vector<Case> cases = {
      {kTenUs, kTenUs + 31 * kDayUs, true, ""},
      {kTenUs, kTenUs + 31 * kDayUs + kHourUs, true,
       "end_time: more than 31 days after start_time, the most by kind, worker, job or tag"},
      {kTenUs, kTenUs + 400 * kDayUs, false, ""},
      {kTenUs, kTenUs + 400 * kDayUs + kHourUs, false,
       "end_time: more than 400 days after start_time"},
      {kTenUs + 1, kTenUs + kHourUs, false, "start_time: must be a full UTC hour"},
      {kTenUs, kTenUs + 1, false, "end_time: must be a full UTC hour"},
      {kTenUs, kTenUs - kHourUs, false, "end_time: before start_time"},
  };
  for (const Case& c : cases) {
    const auto period = ReportPeriodOf(c.start_us, c.end_us, kTenUs, c.from_records);
    EXPECT_EQ(period.status().message(), c.error);
  }
}

TEST(CostQueryTest, FindsTheValueOfATag) {
  const std::vector<Tag> tags = {{"a", "1"}, {"b", ""}};
  EXPECT_EQ(ValueOf(tags, "a"), "1");
  EXPECT_EQ(ValueOf(tags, "b"), "");
  EXPECT_EQ(ValueOf(tags, "c"), "");
}

}  // namespace
}  // namespace furnace::metering

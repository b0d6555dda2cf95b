#include "services/metering/domain/month.h"

#include <gtest/gtest.h>

#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

TEST(MonthTest, AMonthHasTheDaysOfTheCalendar) {
  const struct {
    const char* month;
    std::int64_t days;
  } cases[] = {{"2026-01", 31}, {"2026-02", 28}, {"2028-02", 29}, {"2026-04", 30}, {"2026-12", 31}};
  for (const auto& [month, days] : cases) {
    const auto span = ParseMonth(month);
    ASSERT_TRUE(span.ok()) << month;
    EXPECT_EQ(span->end_us - span->start_us, days * kDayUs) << month;
    EXPECT_EQ(MonthAt(span->start_us), *span) << month;
    EXPECT_EQ(MonthAt(span->end_us - 1), *span) << month;
    EXPECT_EQ(MonthAt(span->end_us).start_us, span->end_us) << month;
    EXPECT_EQ(PeriodText(*span), month);
  }
}

TEST(MonthTest, WhatIsNoMonthIsRefused) {
  for (const char* bad : {"", "2026", "2026-13", "2026-00", "2026-3", "2026-03-01", "26-03",
                          "2019-12", "9999-01", "-026-03", "2026/03", "2026-0x"}) {
    const auto span = ParseMonth(bad);
    EXPECT_TRUE(absl::IsInvalidArgument(span.status())) << bad;
  }
}

TEST(MonthTest, TimesAreWrittenToTheMicrosecondWhereThereIsOne) {
  EXPECT_EQ(TimeText(kTenUs), "2026-03-01T10:00:00Z");
  EXPECT_EQ(TimeText(kTenUs + 1), "2026-03-01T10:00:00.000001Z");
  EXPECT_EQ(PeriodText({kTenUs, kTenUs + kHourUs}), "2026-03-01T10:00:00Z/2026-03-01T11:00:00Z");
}

}  // namespace
}  // namespace furnace::metering

#include "services/metering/app/period_preview.h"

#include <gtest/gtest.h>

#include "tests/support/metering_memory_credits.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

constexpr std::int64_t kMarchUs = kTenUs - 10 * kHourUs;

// Takes one atto-dollar off for each adjustment before, and one more.
class Counting final : public Adjuster {
 public:
  absl::StatusOr<std::vector<Adjustment>> Adjust(const PeriodCharges& charges) override {
    const auto count = static_cast<Int128>(charges.adjustments.size());
    return std::vector<Adjustment>{{.amount = {-1 - count}}};
  }
};

TEST(WholePeriodTest, IsTheMonthUnlessToldOtherwise) {
  EXPECT_EQ(*WholePeriod({}, {}, kTenUs + 5), (Span{kMarchUs, kMarchUs + 31 * kDayUs}));
  EXPECT_EQ(*WholePeriod(kMarchUs - 3 * kDayUs, {}, kTenUs),
            (Span{kMarchUs - 3 * kDayUs, kMarchUs}));
  EXPECT_EQ(*WholePeriod(kTenUs, kTenUs + kHourUs, 0), (Span{kTenUs, kTenUs + kHourUs}));
}

TEST(WholePeriodTest, HasWholeHoursAndALength) {
  const std::vector<Span> bad = {
      {kTenUs + 1, kTenUs + kHourUs}, {kTenUs, kTenUs + 1}, {kTenUs, kTenUs},
      {kTenUs, kTenUs - kHourUs},     {0, kTenUs},          {-kHourUs, kTenUs},
      {kTenUs, kTenUs + 401 * kDayUs}};
  for (const Span& span : bad) {
    EXPECT_TRUE(absl::IsInvalidArgument(WholePeriod(span.start_us, span.end_us, 0).status()))
        << span.start_us << " " << span.end_us;
  }
}

TEST(PeriodPreviewTest, AdjustersAreAskedInOrderAndSeeThoseBefore) {
  FixedCharges charges;
  charges.charges = {GpuTimeCharge("e", "a", 10, 1)};
  Counting one;
  Counting two;
  PeriodPreviewer previewer(charges, {&one, &two});
  const auto preview = previewer.Preview(NewId(), {kTenUs, kTenUs + kHourUs});
  ASSERT_TRUE(preview.ok()) << preview.status();
  EXPECT_EQ(*SumOf(preview->charges), FromNanos(10));
  EXPECT_EQ(*SumOf(preview->adjustments), AttoUsd{-3});
}

}  // namespace
}  // namespace furnace::metering

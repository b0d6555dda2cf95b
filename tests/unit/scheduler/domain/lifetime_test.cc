#include "services/scheduler/domain/lifetime.h"

#include <gtest/gtest.h>

namespace furnace::scheduler {
namespace {

using Slices = std::vector<LifetimeSlice>;

constexpr absl::Duration kLapse = absl::Seconds(15);

// A quarter to eleven, so to say: 2027-01-15T08:45:00Z.
const absl::Time kBegin = absl::FromUnixSeconds(1'800'002'700);
const absl::Time kHour = kBegin + absl::Minutes(15);

TEST(LifetimeTest, ASliceEndsWithItsHourAndNoSooner) {
  Lifetime life = BeginLifetime(kBegin, absl::Hours(10));
  EXPECT_TRUE(Report(life, kHour - absl::Microseconds(1), false).slices.empty());
  EXPECT_EQ(Report(life, kHour, false).slices,
            (Slices{{.number = 1, .start = kBegin, .end = kHour}}));
  EXPECT_TRUE(Report(life, kHour, false).slices.empty());
  EXPECT_EQ(
      Report(life, kHour + absl::Minutes(150), false).slices,
      (Slices{{.number = 2, .start = kHour, .end = kHour + absl::Hours(1)},
              {.number = 3, .start = kHour + absl::Hours(1), .end = kHour + absl::Hours(2)}}));
}

TEST(LifetimeTest, NothingIsReportedBeyondWhatItIsKnownToLast) {
  Lifetime life = BeginLifetime(kHour - absl::Seconds(10), absl::Seconds(5));
  LifetimeReport report = Report(life, kHour + absl::Seconds(1), /*covers=*/true);
  EXPECT_TRUE(report.slices.empty());
  EXPECT_FALSE(report.over);
  life = EndCovered(life, kHour - absl::Seconds(2));
  report = Report(life, kHour + absl::Hours(5), /*covers=*/false);
  EXPECT_EQ(
      report.slices,
      (Slices{{.number = 1, .start = kHour - absl::Seconds(10), .end = kHour - absl::Seconds(2)}}));
  EXPECT_TRUE(report.over);
}

TEST(LifetimeTest, OneThatStopsIsOverThen) {
  Lifetime life = Stop(BeginLifetime(kBegin, kLapse), kBegin + absl::Seconds(3));
  const LifetimeReport report = Report(life, kBegin + absl::Seconds(3), false);
  EXPECT_TRUE(report.over);
  EXPECT_EQ(report.slices,
            (Slices{{.number = 1, .start = kBegin, .end = kBegin + absl::Seconds(3)}}));
}

TEST(LifetimeTest, OneOfNoLengthIsOverWithoutASlice) {
  Lifetime life = Stop(BeginLifetime(kBegin, kLapse), kBegin);
  const LifetimeReport report = Report(life, kBegin, false);
  EXPECT_TRUE(report.over);
  EXPECT_TRUE(report.slices.empty());
  // The clock was set back.
  life = Stop(BeginLifetime(kBegin, kLapse), kBegin - absl::Seconds(1));
  EXPECT_TRUE(Report(life, kBegin, false).slices.empty());
}

TEST(LifetimeTest, AStopAfterItsLapseDoesNotProlongIt) {
  Lifetime life = Stop(BeginLifetime(kBegin, kLapse), kBegin + absl::Minutes(1));
  EXPECT_EQ(Report(life, kBegin + absl::Minutes(1), false).slices.back().end, kBegin + kLapse);
}

TEST(LifetimeTest, ItGoesOnWithinItsLapseOrWhileItCovers) {
  const Lifetime life = BeginLifetime(kBegin, kLapse);
  EXPECT_TRUE(GoesOn(life, kBegin + kLapse, false));
  EXPECT_FALSE(GoesOn(life, kBegin + kLapse + absl::Microseconds(1), false));
  EXPECT_TRUE(GoesOn(life, kBegin + absl::Hours(1), true));
  EXPECT_EQ(Extend(life, kBegin + absl::Seconds(1), kLapse).lasts_to,
            kBegin + absl::Seconds(1) + kLapse);
  EXPECT_EQ(Extend(life, kBegin - absl::Seconds(1), kLapse).lasts_to, kBegin + kLapse);
}

}  // namespace
}  // namespace furnace::scheduler

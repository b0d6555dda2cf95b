#include "services/scheduler/domain/start_breaker.h"

#include <gtest/gtest.h>

namespace furnace::scheduler {
namespace {

constexpr absl::Time kNow = absl::FromUnixSeconds(1'000'000);

TEST(StartBreakerTest, EachFailureMakesTheNextStartWaitLonger) {
  StartBreaker breaker;
  EXPECT_TRUE(breaker.MayStart(kNow));
  for (const int seconds : {1, 2, 60, 120, 240, 480, 600, 600}) {
    breaker.WorkerFailed(kNow);
    EXPECT_FALSE(breaker.MayStart(kNow + absl::Seconds(seconds) - absl::Microseconds(1)));
    EXPECT_TRUE(breaker.MayStart(kNow + absl::Seconds(seconds))) << seconds;
  }
}

TEST(StartBreakerTest, ThreeFailuresInARowOpenIt) {
  StartBreaker breaker(/*revision=*/7);
  EXPECT_EQ(breaker.revision(), 7);
  for (int failures = 1; failures <= 100; ++failures) {
    breaker.WorkerFailed(kNow);
    EXPECT_EQ(breaker.open(), failures >= 3);
  }
}

TEST(StartBreakerTest, AStartMayBeHeldForAnotherReason) {
  StartBreaker breaker;
  breaker.HoldUntil(kNow);
  EXPECT_FALSE(breaker.MayStart(kNow - absl::Microseconds(1)));
  EXPECT_TRUE(breaker.MayStart(kNow));
  EXPECT_EQ(breaker.failures(), 0);
}

}  // namespace
}  // namespace furnace::scheduler

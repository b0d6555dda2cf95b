#include "services/gateway/domain/limits.h"

#include <gtest/gtest.h>

namespace furnace::gateway {
namespace {

TEST(LimitsTest, RunSyncTakesTwiceTheBody) {
  EXPECT_EQ(BodyLimitOf("furnace.v1.JobService.RunSync"), 20 * kMiB);
  EXPECT_EQ(BodyLimitOf("furnace.v1.JobService.Submit"), 10 * kMiB);
  EXPECT_EQ(BodyLimitOf("furnace.v1.NewService.NewMethod"), 10 * kMiB);
}

TEST(LimitsTest, TimeoutsFollowThePace) {
  EXPECT_EQ(TimeoutOf(Pace::kPrompt, absl::Minutes(1)), absl::Seconds(10));
  EXPECT_EQ(TimeoutOf(Pace::kStreaming, absl::Minutes(1)), absl::Hours(1));
  EXPECT_EQ(TimeoutOf(Pace::kWaits, absl::Minutes(1)), absl::Seconds(70));
}

TEST(LimitsTest, AWaitIsKeptWithinReason) {
  EXPECT_EQ(TimeoutOf(Pace::kWaits, -absl::Minutes(1)), absl::Seconds(10));
  EXPECT_EQ(TimeoutOf(Pace::kWaits, absl::Hours(9)), absl::Minutes(5) + absl::Seconds(10));
}

}  // namespace
}  // namespace furnace::gateway

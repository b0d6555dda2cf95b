#include "services/scheduler/domain/retry_policy.h"

#include <gtest/gtest.h>

namespace furnace::scheduler {
namespace {

constexpr FailureCause kError = FailureCause::kHandlerError;

RetryPolicy Policy(int max_retries) {
  return {.max_retries = max_retries,
          .backoff = absl::Milliseconds(100),
          .max_backoff = absl::Seconds(1),
          .no_retry = 1U << static_cast<unsigned>(FailureCause::kTimeout)};
}

TEST(MayRetryTest, AHandlerMayFailAsOftenAsThePolicySays) {
  EXPECT_TRUE(MayRetry(Policy(2), kError, 2, 0));
  EXPECT_FALSE(MayRetry(Policy(2), kError, 3, 0));
  EXPECT_FALSE(MayRetry(Policy(0), kError, 1, 0));
}

TEST(MayRetryTest, AnExcludedCauseIsFinal) {
  EXPECT_FALSE(MayRetry(Policy(2), FailureCause::kTimeout, 1, 0));
  EXPECT_TRUE(MayRetry(Policy(2), FailureCause::kHandlerExited, 1, 0));
}

TEST(MayRetryTest, PlatformFaultsHaveALimitOfTheirOwn) {
  for (const FailureCause cause : {FailureCause::kWorkerLost, FailureCause::kPlatform}) {
    EXPECT_TRUE(MayRetry(Policy(0), cause, 5, RetryPolicy::kMaxLosses - 1));
    EXPECT_FALSE(MayRetry(Policy(9), cause, 0, RetryPolicy::kMaxLosses));
  }
}

struct BackoffCase {
  int retry;
  int draw;
  absl::Duration wait;
};

TEST(BackoffTest, DoublesUpToItsMaximumAndIsDrawnFromAllOfIt) {
  const BackoffCase cases[] = {
      {1, 0, absl::ZeroDuration()},         {1, 500, absl::Milliseconds(50)},
      {1, 999, absl::Microseconds(99'900)}, {2, 500, absl::Milliseconds(100)},
      {4, 500, absl::Milliseconds(400)},    {5, 500, absl::Milliseconds(500)},
      {10, 500, absl::Milliseconds(500)},   {1'000'000, 999, absl::Milliseconds(999)}};
  for (const BackoffCase& c : cases) {
    EXPECT_EQ(BackoffBefore(Policy(9), kError, c.retry, c.draw), c.wait)
        << c.retry << " " << c.draw;
  }
}

TEST(BackoffTest, AJobLostByThePlatformGoesOnAtOnce) {
  EXPECT_EQ(BackoffBefore(Policy(9), FailureCause::kWorkerLost, 1, 999), absl::ZeroDuration());
  EXPECT_EQ(BackoffBefore(Policy(9), FailureCause::kPlatform, 1, 999), absl::ZeroDuration());
}

TEST(BackoffTest, WithoutOneRetriesFollowAtOnce) {
  EXPECT_EQ(BackoffBefore(RetryPolicy{.max_retries = 3}, kError, 1, 999), absl::ZeroDuration());
}

}  // namespace
}  // namespace furnace::scheduler

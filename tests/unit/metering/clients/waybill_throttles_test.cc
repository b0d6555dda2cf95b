#include "services/metering/clients/waybill_throttles.h"

#include <gtest/gtest.h>

namespace furnace::metering {
namespace {

TEST(ThrottleInTest, TheFirstThatIsNotCleared) {
  const auto throttle = ThrottleIn(
      R"({"throttles":[{"reason":"old","cleared_at":"2026-01-01T00:00:00Z"},)"
      R"({"reason":"budget_exceeded","env_scope":"non-production","cleared_at":null}]})");
  ASSERT_TRUE(throttle.ok() && throttle->has_value());
  EXPECT_EQ((*throttle)->reason, "budget_exceeded");
  EXPECT_EQ((*throttle)->env_scope, "non-production");
}

TEST(ThrottleInTest, NoneIsNoThrottle) {
  for (const char* body : {R"({"throttles":[]})", R"({"throttles":null})",
                           R"({"throttles":[{"cleared_at":"2026-01-01T00:00:00Z"}]})"}) {
    const auto throttle = ThrottleIn(body);
    ASSERT_TRUE(throttle.ok()) << body;
    EXPECT_FALSE(throttle->has_value()) << body;
  }
}

TEST(ThrottleInTest, WhatIsNotUnderstoodIsAnError) {
  for (const char* body : {"", "[]", "{}", R"({"throttles":1})", R"({"throttles":[1]})"}) {
    EXPECT_EQ(ThrottleIn(body).status().code(), absl::StatusCode::kUnavailable) << body;
  }
}

TEST(ThrottleInTest, TextIsFitForAnyColumn) {
  const auto throttle = ThrottleIn(R"({"throttles":[{"reason":"a\u0000b"}]})");
  ASSERT_TRUE(throttle.ok() && throttle->has_value());
  EXPECT_EQ((*throttle)->reason, "a?b");
}

}  // namespace
}  // namespace furnace::metering

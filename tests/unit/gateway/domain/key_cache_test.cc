#include "services/gateway/domain/key_cache.h"

#include <gtest/gtest.h>

namespace furnace::gateway {
namespace {

using Verdict = KeyCache::Verdict;

const absl::Time start = absl::FromUnixSeconds(1'800'000'000);

CallerPtr SomeCaller(const std::string& project = "p") {
  return std::make_shared<const Caller>(Caller{project, "k", Role::kRunner});
}

class KeyCacheTest : public ::testing::Test {
 protected:
  Verdict At(absl::Duration after, const std::string& digest = "d") {
    return cache_.Find(digest, start + after).verdict;
  }

  KeyCache cache_{KeyCachePolicy{.capacity = 3}};
};

TEST_F(KeyCacheTest, WhatItNeverHeardOfMustBeAsked) {
  EXPECT_EQ(At(absl::ZeroDuration()), Verdict::kAsk);
}

TEST_F(KeyCacheTest, AKnownKeyIsBelievedForHalfAMinute) {
  cache_.PutKnown("d", SomeCaller("p1"), start);
  EXPECT_EQ(cache_.Find("d", start).caller->project_id, "p1");
  EXPECT_EQ(At(absl::Seconds(30) - absl::Nanoseconds(1)), Verdict::kKnown);
  EXPECT_EQ(At(absl::Seconds(30)), Verdict::kAsk);
}

TEST_F(KeyCacheTest, AnUnknownKeyIsRefusedForFiveSeconds) {
  cache_.PutUnknown("d", start);
  EXPECT_EQ(At(absl::Seconds(5) - absl::Nanoseconds(1)), Verdict::kUnknown);
  EXPECT_EQ(At(absl::Seconds(5)), Verdict::kAsk);
}

TEST_F(KeyCacheTest, TheLatestAnswerCounts) {
  cache_.PutKnown("d", SomeCaller(), start);
  cache_.PutUnknown("d", start);
  EXPECT_EQ(At(absl::ZeroDuration()), Verdict::kUnknown);
  EXPECT_EQ(cache_.PutUnreachable("d", start), nullptr);
  cache_.PutKnown("d", SomeCaller(), start);
  EXPECT_EQ(At(absl::ZeroDuration()), Verdict::kKnown);
  EXPECT_EQ(cache_.size(), 1U);
}

TEST_F(KeyCacheTest, AnOldAnswerServesWhileTheRegistryIsAway) {
  cache_.PutKnown("d", SomeCaller(), start);
  EXPECT_NE(cache_.PutUnreachable("d", start + absl::Minutes(4)), nullptr);
  EXPECT_EQ(At(absl::Minutes(4) + absl::Milliseconds(999)), Verdict::kKnown);
  EXPECT_EQ(At(absl::Minutes(4) + absl::Seconds(1)), Verdict::kAsk);
}

TEST_F(KeyCacheTest, ButNoLongerThanFiveMinutes) {
  cache_.PutKnown("d", SomeCaller(), start);
  const absl::Duration last = absl::Minutes(5) - absl::Milliseconds(1);
  EXPECT_NE(cache_.PutUnreachable("d", start + last), nullptr);
  EXPECT_EQ(At(absl::Minutes(5)), Verdict::kAsk);
  EXPECT_EQ(cache_.PutUnreachable("d", start + absl::Minutes(5)), nullptr);
}

TEST_F(KeyCacheTest, AKeyNobodyKnewIsNotServedStale) {
  EXPECT_EQ(cache_.PutUnreachable("d", start), nullptr);
}

TEST_F(KeyCacheTest, TheLeastRecentlyUsedGoesFirst) {
  for (const char* digest : {"a", "b", "c"}) cache_.PutKnown(digest, SomeCaller(), start);
  EXPECT_EQ(At(absl::ZeroDuration(), "a"), Verdict::kKnown);
  cache_.PutKnown("d", SomeCaller(), start);
  EXPECT_EQ(At(absl::ZeroDuration(), "b"), Verdict::kAsk);
  for (const char* digest : {"a", "c", "d"}) {
    EXPECT_EQ(At(absl::ZeroDuration(), digest), Verdict::kKnown) << digest;
  }
}

TEST_F(KeyCacheTest, GuessedKeysDoNotPushRealOnesOut) {
  cache_.PutKnown("d", SomeCaller(), start);
  for (int i = 0; i < 100; ++i) cache_.PutUnknown(std::to_string(i), start);
  EXPECT_EQ(At(absl::ZeroDuration()), Verdict::kKnown);
  EXPECT_EQ(cache_.size(), 4U);
}

}  // namespace
}  // namespace furnace::gateway

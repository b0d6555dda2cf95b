#include "services/gateway/domain/lru_map.h"

#include <gtest/gtest.h>

namespace furnace::gateway {
namespace {

TEST(LruMapTest, WhatIsPutIsFoundUntilErased) {
  LruMap<int> map(2);
  EXPECT_EQ(map.Find("a"), nullptr);
  map.Put("a", 1);
  ASSERT_NE(map.Find("a"), nullptr);
  EXPECT_EQ(*map.Find("a"), 1);
  map.Erase("a");
  map.Erase("a");
  EXPECT_EQ(map.Find("a"), nullptr);
  EXPECT_EQ(map.size(), 0U);
}

TEST(LruMapTest, AKeyHoldsTheValueThatWasPutLast) {
  LruMap<int> map(2);
  map.Put("a", 1);
  map.Put("a", 2);
  EXPECT_EQ(*map.Find("a"), 2);
  EXPECT_EQ(map.size(), 1U);
}

TEST(LruMapTest, WhatWasNotUsedForLongestMakesRoom) {
  LruMap<int> map(2);
  map.Put("a", 1);
  map.Put("b", 2);
  map.Find("a");
  map.Put("c", 3);
  EXPECT_EQ(map.Find("b"), nullptr);
  EXPECT_EQ(*map.Find("a"), 1);
  EXPECT_EQ(*map.Find("c"), 3);
}

}  // namespace
}  // namespace furnace::gateway

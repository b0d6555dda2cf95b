#include "libs/common/base/read_text.h"

#include <gtest/gtest.h>

namespace furnace {
namespace {

TEST(ReadTextTest, AFileIsReadWhole) { EXPECT_TRUE(ReadText("/proc/self/stat").ends_with("\n")); }

TEST(ReadTextTest, WhatCannotBeReadIsEmpty) {
  EXPECT_EQ(ReadText("/proc/self/no such file"), "");
  // It opens, and then each read fails.
  EXPECT_EQ(ReadText("/proc/self"), "");
}

}  // namespace
}  // namespace furnace

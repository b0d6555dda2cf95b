#include "services/scheduler/domain/text.h"

#include <gtest/gtest.h>

namespace furnace::scheduler {
namespace {

TEST(CutUtf8Test, CutsBetweenCharacters) {
  EXPECT_EQ(CutUtf8("aé", 3), "aé");
  EXPECT_EQ(CutUtf8("aé", 2), "a");
  EXPECT_EQ(CutUtf8("é", 1), "");
  EXPECT_EQ(CutUtf8("ab", 0), "");
}

}  // namespace
}  // namespace furnace::scheduler

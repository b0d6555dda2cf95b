#include "libs/common/base/gpu_type.h"

#include <gtest/gtest.h>

namespace furnace {
namespace {

TEST(CanonicalGpuTypeTest, DropsCaseDashUnderscoreAndBlank) {
  for (const char* spelling : {"rtx4090", "RTX_4090", "rtx-4090", "RTX 4090", "r-T_x 4-0_9 0"}) {
    EXPECT_EQ(CanonicalGpuType(spelling), "rtx4090") << spelling;
  }
}

}  // namespace
}  // namespace furnace

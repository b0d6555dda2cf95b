#include "services/metering/domain/decimal.h"

#include <gtest/gtest.h>

namespace furnace::metering {
namespace {

struct Case {
  Int128 value;
  int scale;
  const char* text;
};

TEST(DecimalTest, WritesEveryDigitAndNoMore) {
  const Int128 large = *ParseInt128("99999999999999999999999999999999999999");
  for (const Case& c : std::vector<Case>{
           {0, 0, "0"},
           {0, 18, "0"},
           {5, 0, "5"},
           {500, 0, "500"},
           {250, 3, "0.25"},
           {1'000, 3, "1"},
           {1'001, 3, "1.001"},
           {12'340, 2, "123.4"},
           {1, 18, "0.000000000000000001"},
           {-1, 3, "-0.001"},
           {-1'500, 3, "-1.5"},
           {large, 38, "0.99999999999999999999999999999999999999"},
           {large, 18, "99999999999999999999.999999999999999999"},
       }) {
    EXPECT_EQ(Decimal(c.value, c.scale), c.text);
  }
}

}  // namespace
}  // namespace furnace::metering

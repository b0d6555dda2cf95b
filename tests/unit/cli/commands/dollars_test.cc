#include "cli/commands/dollars.h"

#include <gtest/gtest.h>

namespace furnace::cli {
namespace {

TEST(ParseDollarsTest, IsExactToTheNanoDollar) {
  EXPECT_EQ(*ParseDollars("100", "x"), 100'000'000'000);
  EXPECT_EQ(*ParseDollars("0.000000001", "x"), 1);
  EXPECT_EQ(*ParseDollars("99.50", "x"), 99'500'000'000);
  EXPECT_EQ(*ParseDollars("999999999.999999999", "x"), 999'999'999'999'999'999);
}

TEST(ParseDollarsTest, AnythingElseIsAUsageError) {
  for (const char* text : {"", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", "$1", "1.0000000001",
                           "1000000000", " 1", "NaN"}) {
    const auto nanos = ParseDollars(text, "--usd");
    EXPECT_FALSE(nanos.ok()) << text;
    EXPECT_NE(nanos.status().ToString().find("--usd"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace furnace::cli

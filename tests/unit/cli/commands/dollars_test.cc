#include "cli/commands/dollars.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "cli/exit_code.h"
#include "cli/session.h"
#include "libs/common/base/status.h"

namespace furnace::cli {
namespace {

TEST(ParseDollarsTest, IsExactToTheNanoDollar) {
  const std::map<std::string, std::int64_t> cases = {
      {"0.00006", 60'000},       {"0.000000001", 1},
      {"99.50", 99'500'000'000}, {"12", 12'000'000'000},
      {"$1.50", 1'500'000'000},  {"-0.02", -20'000'000},
      {"-$3", -3'000'000'000},   {"999999999.999999999", 999'999'999'999'999'999}};
  for (const auto& [text, nanos] : cases) EXPECT_EQ(*ParseDollars(text, "x"), nanos) << text;
}

TEST(ParseDollarsTest, AnythingElseIsAUsageErrorThatNamesIt) {
  for (const char* text :
       {"", "-", "$", ".5", "5.", "1e-3", "NaN", "0x10", "1,5", "1.2.3", " 1", "0.0000000001",
        "0.000000000000000000000000000001", "1000000000", "EUR 5", "--1", ".", "1.", "+1"}) {
    const absl::Status status = ParseDollars(text, "--usd").status();
    EXPECT_EQ(ExitCodeOf(status), kExitUsage) << text;
    EXPECT_TRUE(ToStd(status.message()).starts_with("--usd: ")) << status;
  }
}

}  // namespace
}  // namespace furnace::cli

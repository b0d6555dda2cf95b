#include "cli/print/figures.h"

#include <gtest/gtest.h>

#include <limits>

namespace furnace::cli {
namespace {

struct FigureCase {
  const char* name;
  std::int64_t value;
  const char* expected;
};

class FormatNanosTest : public testing::TestWithParam<FigureCase> {};

TEST_P(FormatNanosTest, IsExact) { EXPECT_EQ(FormatNanos(GetParam().value), GetParam().expected); }

INSTANTIATE_TEST_SUITE_P(
    Table, FormatNanosTest,
    testing::ValuesIn<FigureCase>({
        {"Nothing", 0, "$0.00"},
        {"OneNano", 1, "$0.000000001"},
        {"TrailingZerosGo", 60'000, "$0.00006"},
        {"TwoDecimalsStay", 1'500'000'000, "$1.50"},
        {"WholeDollars", 3'000'000'000, "$3.00"},
        {"NineDecimals", 123'456'789'012, "$123.456789012"},
        {"Credit", -20'000'000, "-$0.02"},
        {"Largest", std::numeric_limits<std::int64_t>::max(), "$9223372036.854775807"},
        {"Smallest", std::numeric_limits<std::int64_t>::min(), "-$9223372036.854775808"},
    }),
    [](const auto& test) { return test.param.name; });

class FormatMicrosTest : public testing::TestWithParam<FigureCase> {};

TEST_P(FormatMicrosTest, IsExact) {
  EXPECT_EQ(FormatMicros(GetParam().value), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Table, FormatMicrosTest,
                         testing::ValuesIn<FigureCase>({
                             {"Nothing", 0, "0.0 s"},
                             {"OneMicrosecond", 1, "0.000001 s"},
                             {"WholeSeconds", 3'000'000, "3.0 s"},
                             {"Mixed", 12'345'678, "12.345678 s"},
                             {"Negative", -1'500'000, "-1.5 s"},
                         }),
                         [](const auto& test) { return test.param.name; });

class FormatMillisTest : public testing::TestWithParam<FigureCase> {};

TEST_P(FormatMillisTest, ChoosesTheUnit) {
  EXPECT_EQ(FormatMillis(GetParam().value), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Table, FormatMillisTest,
                         testing::ValuesIn<FigureCase>({
                             {"Nothing", 0, "0 ms"},
                             {"BelowASecond", 999, "999 ms"},
                             {"ASecond", 1000, "1.0 s"},
                             {"TenthsAreCutNotRounded", 1999, "1.9 s"},
                             {"BelowAMinute", 59'999, "59.9 s"},
                             {"AMinute", 60'000, "1 min 00 s"},
                             {"Minutes", 245'000, "4 min 05 s"},
                             {"Hours", 11'400'000, "3 h 10 min"},
                         }),
                         [](const auto& test) { return test.param.name; });

TEST(FormatMibTest, UsesGibWhereItIsWhole) {
  EXPECT_EQ(FormatMib(0), "-");
  EXPECT_EQ(FormatMib(512), "512 MiB");
  EXPECT_EQ(FormatMib(20'480), "20 GiB");
  EXPECT_EQ(FormatMib(24'564), "24564 MiB");
}

TEST(FormatTimestampTest, DropsTheFractionAndSaysUtc) {
  EXPECT_EQ(FormatTimestamp("2025-03-01T12:00:01.234567Z"), "2025-03-01 12:00:01Z");
  EXPECT_EQ(FormatTimestamp("2025-03-01T13:00:01+01:00"), "2025-03-01 12:00:01Z");
}

TEST(FormatTimestampTest, LeavesWhatItDoesNotUnderstand) {
  EXPECT_EQ(FormatTimestamp(""), "");
  EXPECT_EQ(FormatTimestamp("yesterday"), "yesterday");
}

}  // namespace
}  // namespace furnace::cli

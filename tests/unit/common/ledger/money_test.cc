#include "libs/common/ledger/money.h"

#include <gtest/gtest.h>

#include <limits>

namespace furnace::ledger {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

Int128 Power10(int exponent) {
  Int128 power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

struct RoundingCase {
  const char* name;
  std::int64_t dividend;
  std::int64_t divisor;
  std::int64_t quotient;
};

class DivideHalfEvenTest : public testing::TestWithParam<RoundingCase> {};

TEST_P(DivideHalfEvenTest, RoundsHalfToEven) {
  const RoundingCase& c = GetParam();
  EXPECT_EQ(static_cast<std::int64_t>(DivideHalfEven(c.dividend, c.divisor)), c.quotient);
}

INSTANTIATE_TEST_SUITE_P(Table, DivideHalfEvenTest,
                         testing::ValuesIn<RoundingCase>({
                             {"Exact", 20, 10, 2},
                             {"BelowHalfGoesDown", 24, 10, 2},
                             {"AboveHalfGoesUp", 26, 10, 3},
                             {"HalfAboveEvenStays", 25, 10, 2},
                             {"HalfAboveOddGoesUp", 35, 10, 4},
                             {"HalfOfZeroStays", 5, 10, 0},
                             {"JustOverHalfOfZero", 6, 10, 1},
                             {"NegativeBelowHalf", -24, 10, -2},
                             {"NegativeAboveHalf", -26, 10, -3},
                             {"NegativeHalfAtEven", -25, 10, -2},
                             {"NegativeHalfAtOdd", -35, 10, -4},
                             {"NegativeHalfOfZero", -5, 10, 0},
                             {"OddDivisorHasNoHalf", 3, 7, 0},
                             {"OddDivisorOverHalf", 4, 7, 1},
                             {"ByOne", kMin, 1, kMin},
                             {"Zero", 0, 7, 0},
                         }),
                         [](const auto& test) { return test.param.name; });

TEST(Int128TextTest, RoundTripsTheWholeRangeOfAmounts) {
  for (const Int128 value : {Int128{0}, Int128{1}, Int128{-1}, Int128{kMax}, Int128{kMin},
                             Power10(38) - 1, -(Power10(38) - 1), Power10(37)}) {
    const auto parsed = ParseInt128(ToString(value));
    ASSERT_TRUE(parsed.ok()) << ToString(value);
    EXPECT_TRUE(*parsed == value) << ToString(value);
  }
  EXPECT_EQ(ToString(-Power10(20)), "-100000000000000000000");
}

TEST(Int128TextTest, ShowsTheSmallestOfAllIntegers) {
  const Int128 smallest = -(Power10(38) - 1) - (Power10(37) * 7 + 1);
  EXPECT_EQ(ToString(smallest).substr(0, 4), "-170");
}

TEST(Int128TextTest, RefusesWhatIsNoInteger) {
  for (const char* text : {"", "-", "+1", "1.0", "1e3", " 1", "1 ", "0x1", "--1", "NaN",
                           "100000000000000000000000000000000000000"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseInt128(text).status())) << text;
  }
}

TEST(AttoUsdTest, AChargeIsPriceTimesMicrosecondsTimesThousandthsOfAGpu) {
  // 0.00006 USD a second, one GPU for one second.
  EXPECT_TRUE(GpuCharge(60'000, 1'000'000 * kMilliGpus) == FromNanos(60'000));
  // One microsecond of one thousandth of a GPU at a nano-dollar is one atto-dollar.
  EXPECT_TRUE(GpuCharge(1, 1) == AttoUsd{1});
}

TEST(AttoUsdTest, TheLargestChargeIsExact) {
  const AttoUsd charge = GpuCharge(kMax, kMax);
  EXPECT_TRUE(charge.value / kMax == kMax);
  EXPECT_TRUE(charge.value % kMax == 0);
  EXPECT_TRUE(Add(charge, AttoUsd{}).ok());
}

TEST(AttoUsdTest, AddingOver38DigitsIsAnError) {
  const AttoUsd largest{Power10(38) - 1};
  EXPECT_TRUE(Add(largest, AttoUsd{0}).ok());
  EXPECT_TRUE(absl::IsOutOfRange(Add(largest, AttoUsd{1}).status()));
  EXPECT_TRUE(absl::IsOutOfRange(Add(-largest, AttoUsd{-1}).status()));
  EXPECT_TRUE(absl::IsOutOfRange(Add(largest, largest).status()));
  EXPECT_TRUE(*Add(largest, -largest) == AttoUsd{});
}

TEST(ToNanosTest, RoundsHalfToEvenAndChecksTheRange) {
  EXPECT_EQ(*ToNanos({500'000'000}), 0);
  EXPECT_EQ(*ToNanos({1'500'000'000}), 2);
  EXPECT_EQ(*ToNanos({-1'500'000'000}), -2);
  EXPECT_EQ(*ToNanos(FromNanos(kMax)), kMax);
  EXPECT_EQ(*ToNanos(FromNanos(kMin)), kMin);
  EXPECT_TRUE(absl::IsOutOfRange(ToNanos({FromNanos(kMax).value + 500'000'000}).status()));
}

TEST(ToInt64Test, NamesWhatDoesNotFit) {
  EXPECT_EQ(*ToInt64(kMin, "x"), kMin);
  const auto status = ToInt64(static_cast<Int128>(kMax) + 1, "GPU time").status();
  EXPECT_TRUE(absl::IsOutOfRange(status));
  EXPECT_NE(status.ToString().find("GPU time: 9223372036854775808"), std::string::npos) << status;
}

}  // namespace
}  // namespace furnace::ledger

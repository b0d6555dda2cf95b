#include "services/metering/domain/pricing.h"

#include <gtest/gtest.h>

#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

Price GpuPrice(const char* gpu_type, std::int64_t nanos, std::int64_t from_us) {
  return {PriceUnit::kGpuSecond, gpu_type, nanos, from_us};
}

Price InvocationPrice(std::int64_t nanos, std::int64_t from_us) {
  return {PriceUnit::kInvocation, "", nanos, from_us};
}

class PriceListTest : public testing::Test {
 protected:
  // In no order.
  PriceList prices_{{GpuPrice("b", 30, kTenUs), InvocationPrice(7, kTenUs + kHourUs),
                     GpuPrice("a", 20, kTenUs + kHourUs), GpuPrice("a", 10, kTenUs),
                     InvocationPrice(5, kTenUs)}};
};

TEST_F(PriceListTest, APriceIsInForceFromItsFirstMicrosecondOn) {
  EXPECT_EQ(prices_.GpuSecond("a", kTenUs - 1), std::nullopt);
  EXPECT_EQ(prices_.GpuSecond("a", kTenUs), 10);
}

TEST_F(PriceListTest, ALaterPriceTakesOver) {
  EXPECT_EQ(prices_.GpuSecond("a", kTenUs + kHourUs - 1), 10);
  EXPECT_EQ(prices_.GpuSecond("a", kTenUs + kHourUs), 20);
  EXPECT_EQ(prices_.GpuSecond("a", kTenUs + 1'000 * kHourUs), 20);
}

TEST_F(PriceListTest, UnknownGpuTypesHaveNoPrice) {
  EXPECT_EQ(prices_.GpuSecond("", kTenUs), std::nullopt);
  EXPECT_EQ(prices_.GpuSecond("aa", kTenUs), std::nullopt);
  EXPECT_EQ(prices_.GpuSecond("c", kTenUs), std::nullopt);
  EXPECT_EQ(PriceList().GpuSecond("a", kTenUs), std::nullopt);
}

TEST_F(PriceListTest, InvocationsHavePricesOfTheirOwn) {
  EXPECT_EQ(prices_.Invocation(kTenUs - 1), std::nullopt);
  EXPECT_EQ(prices_.Invocation(kTenUs), 5);
  EXPECT_EQ(prices_.Invocation(kTenUs + kHourUs), 7);
}

TEST_F(PriceListTest, InForceListsOneLineForEachThingSorted) {
  EXPECT_EQ(prices_.InForce(kTenUs - 1), std::vector<Price>{});
  EXPECT_EQ(prices_.InForce(kTenUs),
            (std::vector<Price>{GpuPrice("a", 10, kTenUs), GpuPrice("b", 30, kTenUs),
                                InvocationPrice(5, kTenUs)}));
  EXPECT_EQ(prices_.InForce(kTenUs + kHourUs),
            (std::vector<Price>{GpuPrice("a", 20, kTenUs + kHourUs), GpuPrice("b", 30, kTenUs),
                                InvocationPrice(7, kTenUs + kHourUs)}));
}

constexpr char kMine[] = "0190aaaa-0000-7000-8000-000000000001";
constexpr char kOther[] = "0190aaaa-0000-7000-8000-000000000002";

Price Line(std::int64_t nanos, const char* project, const char* region, const char* tier) {
  Price price = GpuPrice("a", nanos, kTenUs);
  price.project_id = project;
  price.region = region;
  price.tier = tier;
  return price;
}

// One line of every shape, told apart by its price.
std::vector<Price> EveryShape() {
  return {Line(0, "", "", ""),       Line(1, "", "", "spot"),     Line(2, "", "eu", ""),
          Line(3, "", "eu", "spot"), Line(4, kMine, "", ""),      Line(5, kMine, "", "spot"),
          Line(6, kMine, "eu", ""),  Line(7, kMine, "eu", "spot")};
}

struct Wanted {
  const char* project;
  const char* region;
  const char* tier;
  std::vector<std::int64_t> nanos;  // By falling rank: as each is taken out of the list.
};

TEST(PriceRankTest, TheMostSpecificLineThatFitsCounts) {
  const std::vector<Wanted> cases = {
      {kMine, "eu", "spot", {7, 6, 5, 4, 3, 2, 1, 0}},
      {kMine, "eu", "", {6, 4, 2, 0}},
      {kMine, "us", "spot", {5, 4, 1, 0}},
      {kMine, "", "spot", {5, 4, 1, 0}},
      {kOther, "eu", "spot", {3, 2, 1, 0}},
      {"", "", "", {0}},
      {"", "us", "reserved", {0}},
  };
  for (const Wanted& wanted : cases) {
    std::vector<Price> prices = EveryShape();
    const PriceScope scope{"a", wanted.project, wanted.region, wanted.tier};
    for (const std::int64_t nanos : wanted.nanos) {
      EXPECT_EQ(PriceList(prices).At(PriceUnit::kGpuSecond, scope, kTenUs), nanos)
          << wanted.project << " " << wanted.region << " " << wanted.tier;
      std::erase_if(prices, [&](const Price& price) { return price.nanos == nanos; });
    }
    EXPECT_EQ(PriceList(prices).At(PriceUnit::kGpuSecond, scope, kTenUs), std::nullopt);
  }
}

TEST(PriceRankTest, WhatNamesNoTierIsOnDemand) {
  const PriceList prices({Line(1, "", "", "on_demand"), Line(2, "", "", "")});
  EXPECT_EQ(prices.At(PriceUnit::kGpuSecond, {.gpu_type = "a"}, kTenUs), 1);
  EXPECT_EQ(prices.At(PriceUnit::kGpuSecond, {.gpu_type = "a", .tier = "spot"}, kTenUs), 2);
}

TEST(PriceRankTest, ASpecificLineIsInForceUntilItEnds) {
  Price end = Line(0, kMine, "", "");
  end.effective_from_us = kTenUs + kHourUs;
  end.ended = true;
  const PriceList prices({Line(9, "", "", ""), Line(4, kMine, "", ""), end});
  const PriceScope mine{.gpu_type = "a", .project_id = kMine};
  EXPECT_EQ(prices.At(PriceUnit::kGpuSecond, mine, kTenUs), 4);
  EXPECT_EQ(prices.At(PriceUnit::kGpuSecond, mine, kTenUs + kHourUs), 9);
  EXPECT_EQ(prices.InForce(kTenUs, kMine).size(), 2);
  EXPECT_EQ(prices.InForce(kTenUs + kHourUs, kMine).size(), 1);
  EXPECT_EQ(prices.InForce(kTenUs, kOther).size(), 1);
}

TEST(PriceRankTest, OfTwoLinesFromTheSameHourTheLaterVersionCounts) {
  Price first = Line(1, "", "", "");
  Price second = Line(2, "", "", "");
  first.version = 8;
  second.version = 7;
  EXPECT_EQ(PriceList({first, second}).GpuSecond("a", kTenUs), 1);
  EXPECT_EQ(PriceList({second, first}).InForce(kTenUs).size(), 1);
}

}  // namespace
}  // namespace furnace::metering

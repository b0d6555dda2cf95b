#include "services/metering/domain/rate_card.h"

#include <gtest/gtest.h>

#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

constexpr std::string_view kProject = "p";

Price GpuPrice(std::int64_t nanos, std::string region, std::string tier, std::string project = "",
               std::string gpu_type = "a") {
  return {.gpu_type = std::move(gpu_type),
          .nanos = nanos,
          .effective_from_us = kTenUs,
          .region = std::move(region),
          .tier = std::move(tier),
          .project_id = std::move(project)};
}

std::int64_t RateOf(std::vector<Price> lines) {
  return RateCardOf(PriceList(std::move(lines)), kProject, kTenUs).gpu_second.at("a");
}

TEST(RateCardOf, TakesTheDearestRegionAndTier) {
  EXPECT_EQ(RateOf({GpuPrice(10, "", "")}), 10);
  EXPECT_EQ(RateOf({GpuPrice(10, "", ""), GpuPrice(30, "eu", "")}), 30);
  EXPECT_EQ(RateOf({GpuPrice(10, "", ""), GpuPrice(3, "", "spot")}), 10);
  EXPECT_EQ(RateOf({GpuPrice(10, "", ""), GpuPrice(20, "", "reserved")}), 20);
  EXPECT_EQ(RateOf({GpuPrice(40, "eu", ""), GpuPrice(3, "eu", "on_demand")}), 40)
      << "on spot it costs what is for all tiers there";
}

TEST(RateCardOf, TakesTheProjectsOwnPricesBeforeTheGeneralOnes) {
  EXPECT_EQ(RateOf({GpuPrice(10, "", ""), GpuPrice(25, "", "", "p")}), 25);
  EXPECT_EQ(RateOf({GpuPrice(10, "", ""), GpuPrice(5, "", "", "p")}), 5);
  EXPECT_EQ(RateOf({GpuPrice(10, "", ""), GpuPrice(99, "", "", "another")}), 10);
  EXPECT_EQ(RateOf({GpuPrice(10, "", ""), GpuPrice(30, "eu", ""), GpuPrice(5, "", "", "p")}), 5)
      << "also where the general ones have a line of their own";
}

TEST(RateCardOf, HasNoTypeWithoutAPriceInForce) {
  const PriceList prices({GpuPrice(10, "", ""),
                          GpuPrice(9, "", "", "another", "b"),
                          {.unit = PriceUnit::kInvocation, .nanos = 7}});
  const RateCard card = RateCardOf(prices, kProject, kTenUs);
  EXPECT_EQ(card, (RateCard{.gpu_second = {{"a", 10}}, .invocation = 7}));
  EXPECT_EQ(RateCardOf(prices, kProject, kTenUs - 1).gpu_second.size(), 0U);
}

}  // namespace
}  // namespace furnace::metering

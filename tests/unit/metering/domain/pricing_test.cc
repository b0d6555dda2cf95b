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

}  // namespace
}  // namespace furnace::metering

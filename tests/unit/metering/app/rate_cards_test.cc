#include "services/metering/app/rate_cards.h"

#include <gtest/gtest.h>

#include "libs/common/base/clock.h"
#include "tests/support/metering_memory_store.h"

namespace furnace::metering {
namespace {

constexpr char kProject[] = "00000000-0000-0000-0000-000000000001";

TEST(RateCards, ANewPriceIsOnTheCardFromTheNextRefreshOn) {
  SystemClock clock;
  MemoryPriceStore prices;
  RateCards cards(prices, clock);
  ASSERT_TRUE(cards.Refresh().ok());
  const auto before = cards.Of(kProject);
  prices.Add({.unit = PriceUnit::kInvocation, .nanos = 77, .project_id = kProject});
  EXPECT_EQ(cards.Of(kProject), before);
  ASSERT_TRUE(cards.Refresh().ok());
  EXPECT_EQ(cards.Of(kProject)->invocation, 77);
  EXPECT_EQ(cards.Of("another")->invocation, before->invocation);
}

}  // namespace
}  // namespace furnace::metering

#include "services/metering/app/price_desk.h"

#include <gtest/gtest.h>

#include "libs/common/base/status.h"
#include "services/metering/domain/price_change.h"
#include "tests/support/metering_memory_store.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

class PriceDeskTest : public testing::Test {
 protected:
  MemoryPriceStore store_;
  FixedClock clock_{kTenUs + kMinuteUs};
  PriceDesk desk_{store_, clock_};
  const Price price_{PriceUnit::kGpuSecond, "rtx4090", 99, kTenUs + 2 * kHourUs};
};

TEST_F(PriceDeskTest, WithoutATimeAPriceIsInForceFromTheNextHourOn) {
  Price price = price_;
  price.effective_from_us = 0;
  const auto lines = desk_.Announce({price});
  ASSERT_TRUE(lines.ok() && lines->size() == 1) << lines.status();
  EXPECT_EQ((*lines)[0].price.effective_from_us, kTenUs + kHourUs);
  EXPECT_EQ(store_.Load()->GpuSecond("rtx4090", kTenUs + kHourUs), 99);
}

TEST_F(PriceDeskTest, NamesTheBadLineAndAnnouncesNone) {
  Price bad = price_;
  bad.nanos = -1;
  const std::int64_t before = store_.Load()->version();
  const auto status = desk_.Announce({price_, bad}).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_EQ(ToStd(status.message()).substr(0, 16), "prices[1].nanos:");
  EXPECT_TRUE(absl::IsInvalidArgument(desk_.Announce({price_, price_}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(desk_.Announce({}).status()));
  const std::vector<Price> many(kMaxPricesOfChange + 1, price_);
  EXPECT_TRUE(absl::IsInvalidArgument(desk_.Announce(many).status()));
  EXPECT_EQ(store_.Load()->version(), before);
}

TEST_F(PriceDeskTest, APriceInForceIsNotWithdrawn) {
  EXPECT_TRUE(absl::IsFailedPrecondition(desk_.Withdraw(1).status()));
  const auto lines = desk_.Announce({price_});
  EXPECT_TRUE(desk_.Withdraw((*lines)[0].id).ok());
  EXPECT_EQ(store_.Load()->GpuSecond("rtx4090", price_.effective_from_us), 120'000);
}

}  // namespace
}  // namespace furnace::metering

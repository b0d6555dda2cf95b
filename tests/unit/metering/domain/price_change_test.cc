#include "services/metering/domain/price_change.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

constexpr std::int64_t kNowUs = kTenUs + 30 * kMinuteUs;

Price AnOverride() {
  Price price{PriceUnit::kGpuSecond, "rtx4090", 110'000, kTenUs + kHourUs};
  price.region = "eu-central";
  price.tier = "spot";
  price.project_id = NewId();
  return price;
}

struct BadPrice {
  const char* begin;  // Of the message.
  std::function<void(Price&)> change;
  absl::StatusCode code = absl::StatusCode::kInvalidArgument;
};

TEST(CheckChangeTest, TakesThePresentHourAndLaterOnes) {
  for (const std::int64_t from_us : {kTenUs, kTenUs + kHourUs, kTenUs + 399 * kDayUs}) {
    Price price = AnOverride();
    price.effective_from_us = from_us;
    EXPECT_TRUE(CheckChange(price, kNowUs).ok()) << from_us;
  }
  Price end = AnOverride();
  end.nanos = 0;
  end.ended = true;
  EXPECT_TRUE(CheckChange(end, kNowUs).ok());
  EXPECT_TRUE(CheckChange({PriceUnit::kInvocation, "", 0, kTenUs}, kNowUs).ok());
}

TEST(CheckChangeTest, NamesWhatIsWrong) {
  const std::vector<BadPrice> cases = {
      {"gpu_type: must be given", [](Price& p) { p.gpu_type = ""; }},
      {"gpu_type: not a canonical", [](Price& p) { p.gpu_type = "RTX-4090"; }},
      {"gpu_type: not a canonical", [](Price& p) { p.gpu_type = "a\nb"; }},
      {"gpu_type: must be empty", [](Price& p) { p.unit = PriceUnit::kGbMonth; }},
      {"region:", [](Price& p) { p.region = "a b"; }},
      {"region:", [](Price& p) { p.region = std::string(65, 'r'); }},
      {"tier:", [](Price& p) { p.tier = "cheap"; }},
      {"project_id:", [](Price& p) { p.project_id = "me"; }},
      {"nanos:", [](Price& p) { p.nanos = -1; }},
      {"nanos:", [](Price& p) { p.nanos = kMaxPriceNanos + 1; }},
      {"nanos: not together", [](Price& p) { p.ended = true; }},
      {"effective_from: not a whole", [](Price& p) { p.effective_from_us += 1; }},
      {"effective_from: more than", [](Price& p) { p.effective_from_us += 401 * kDayUs; }},
      {"effective_from: before", [](Price& p) { p.effective_from_us = kTenUs - kHourUs; },
       absl::StatusCode::kFailedPrecondition},
  };
  for (const BadPrice& bad : cases) {
    Price price = AnOverride();
    bad.change(price);
    const absl::Status status = CheckChange(price, kNowUs);
    EXPECT_EQ(status.code(), bad.code) << bad.begin;
    EXPECT_EQ(status.message().substr(0, std::string(bad.begin).size()), bad.begin);
  }
}

TEST(CheckChangeTest, AGeneralLineDoesNotEnd) {
  Price price{PriceUnit::kGpuSecond, "rtx4090", 0, kTenUs};
  price.ended = true;
  EXPECT_TRUE(absl::IsInvalidArgument(CheckChange(price, kNowUs)));
}

}  // namespace
}  // namespace furnace::metering

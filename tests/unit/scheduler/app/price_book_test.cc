#include "services/scheduler/app/price_book.h"

#include <gtest/gtest.h>

#include "tests/support/scheduler/fake_ports.h"

namespace furnace::scheduler {
namespace {

TEST(PriceBookTest, KnowsThePriceOfTheGpuTypeThatIsLikedBest) {
  FakePriceSource source;
  PriceBook book(source);
  Endpoint endpoint;
  endpoint.gpu_types = {"rtx4090", "rtx4000"};
  EXPECT_FALSE(book.For(endpoint).has_value()) << "nobody has asked yet";
  source.prices = PriceList{.gpu_seconds = {{"rtx4000", 6}, {"rtx4090", 12}}, .invocation = 1};
  ASSERT_TRUE(book.Refresh().ok());
  EXPECT_EQ(book.For(endpoint)->gpu_second, 12);
  EXPECT_EQ(book.For(endpoint)->invocation, 1);
  endpoint.gpu_types = {"h100"};
  EXPECT_FALSE(book.For(endpoint).has_value());
  endpoint.gpu_types.clear();
  EXPECT_FALSE(book.For(endpoint).has_value());
}

TEST(PriceBookTest, KeepsWhatItKnowsWhileMeteringIsAway) {
  FakePriceSource source;
  PriceBook book(source);
  source.prices = PriceList{.gpu_seconds = {{"rtx4000", 6}}};
  ASSERT_TRUE(book.Refresh().ok());
  source.prices = absl::UnavailableError("down");
  EXPECT_TRUE(absl::IsUnavailable(book.Refresh()));
  Endpoint endpoint;
  endpoint.gpu_types = {"rtx4000"};
  EXPECT_EQ(book.For(endpoint)->gpu_second, 6);
}

}  // namespace
}  // namespace furnace::scheduler

#include "services/metering/domain/delivery.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <vector>

namespace furnace::metering {
namespace {

// A sink as a delivery sees it: some events are bad, and at times it is ill.
class Model {
 public:
  std::map<std::size_t, SinkAnswer> bad;  // By event.
  std::multiset<std::size_t> accepted;
  int sends = 0;

  SinkAnswer Send(const Delivery::Slice& slice) {
    ++sends;
    for (std::size_t i = slice.begin; i < slice.end; ++i) {
      const auto found = bad.find(i);
      if (found != bad.end()) return found->second;
    }
    for (std::size_t i = slice.begin; i < slice.end; ++i) accepted.insert(i);
    return SinkAnswer::kAccepted;
  }
};

std::set<std::size_t> PoisonIn(const Delivery& delivery) {
  std::set<std::size_t> poison;
  for (const auto& [index, error] : delivery.poison()) {
    EXPECT_TRUE(poison.insert(index).second) << "poisoned twice";
  }
  return poison;
}

void Drive(Delivery& delivery, Model& model) {
  while (const auto slice = delivery.Next()) delivery.Answered(model.Send(*slice), "why");
}

std::set<std::size_t> KeysOf(const std::map<std::size_t, SinkAnswer>& bad) {
  std::set<std::size_t> keys;
  for (const auto& [key, answer] : bad) keys.insert(key);
  return keys;
}

TEST(DeliveryTest, NothingIsDoneAtOnce) {
  const Delivery delivery(0, 10);
  EXPECT_EQ(delivery.Next(), std::nullopt);
  EXPECT_TRUE(delivery.done());
}

TEST(DeliveryTest, BatchesGoInOrderAndAreNotTooLarge) {
  Delivery delivery(25, 10);
  std::vector<Delivery::Slice> sent;
  while (const auto slice = delivery.Next()) {
    sent.push_back(*slice);
    delivery.Answered(SinkAnswer::kAccepted, "");
  }
  EXPECT_EQ(sent, (std::vector<Delivery::Slice>{{0, 10}, {10, 20}, {20, 25}}));
  EXPECT_TRUE(delivery.done());
}

TEST(DeliveryTest, AnUnavailableSinkEndsItForNow) {
  Delivery delivery(25, 10);
  delivery.Answered(SinkAnswer::kAccepted, "");
  delivery.Answered(SinkAnswer::kUnavailable, "answered 503");
  EXPECT_EQ(delivery.Next(), std::nullopt);
  EXPECT_FALSE(delivery.done());
  EXPECT_EQ(delivery.error(), "answered 503");
}

TEST(DeliveryTest, ARefusedEventIsFoundByHalvingAndNotSentAgain) {
  Model model{.bad = {{77, SinkAnswer::kRefused}}};
  Delivery delivery(100, 100);
  Drive(delivery, model);
  EXPECT_TRUE(delivery.done());
  EXPECT_EQ(PoisonIn(delivery), std::set<std::size_t>{77});
  EXPECT_EQ(model.accepted.size(), 99);
  EXPECT_LE(model.sends, 16);
}

TEST(DeliveryTest, AFailingEventIsPoisonOnlyOnceTheSinkIsProvenWell) {
  Model model{.bad = {{99, SinkAnswer::kFailed}}};
  Delivery delivery(100, 100);
  Drive(delivery, model);
  EXPECT_TRUE(delivery.done());
  EXPECT_EQ(PoisonIn(delivery), std::set<std::size_t>{99});
  // One of the others was sent once more, as the proof.
  EXPECT_EQ(model.accepted.size(), 100);
}

TEST(DeliveryTest, ASickSinkPoisonsNothing) {
  for (const std::size_t count : {1U, 2U, 100U}) {
    Delivery delivery(count, 100);
    int sends = 0;
    while (delivery.Next()) {
      delivery.Answered(SinkAnswer::kFailed, "answered 500");
      ++sends;
    }
    EXPECT_FALSE(delivery.done());
    EXPECT_TRUE(delivery.poison().empty());
    EXPECT_EQ(delivery.error(), "answered 500");
    EXPECT_LE(sends, 32);
  }
}

TEST(DeliveryTest, ASinkThatFallsIllOverASuspectPoisonsNothing) {
  Delivery delivery(2, 2);
  delivery.Answered(SinkAnswer::kFailed, "answered 500");  // Both.
  delivery.Answered(SinkAnswer::kAccepted, "");            // The first.
  delivery.Answered(SinkAnswer::kFailed, "answered 500");  // The second.
  EXPECT_EQ(delivery.Next(), (Delivery::Slice{0, 1}));     // The proof.
  delivery.Answered(SinkAnswer::kFailed, "answered 500");
  EXPECT_EQ(delivery.Next(), std::nullopt);
  EXPECT_FALSE(delivery.done());
  EXPECT_TRUE(delivery.poison().empty());
}

TEST(DeliveryTest, PatienceGrowsUntilTheGoodAreFoundBehindTheBad) {
  Model model;
  for (std::size_t i = 0; i < 300; ++i) model.bad[i] = SinkAnswer::kFailed;
  int failures = 0;
  for (;; ++failures) {
    ASSERT_LT(failures, 10);
    Delivery delivery(301, 500, failures);
    Drive(delivery, model);
    if (!delivery.done()) continue;
    EXPECT_EQ(PoisonIn(delivery), KeysOf(model.bad));
    break;
  }
  EXPECT_GT(failures, 0);
}

TEST(DeliveryTest, ASuspectThatFailsAloneAgainIsPoisonAtOnce) {
  Model model{.bad = {{0, SinkAnswer::kFailed}}};
  Delivery delivery(1, 100, 0, true);
  Drive(delivery, model);
  EXPECT_TRUE(delivery.done());
  EXPECT_EQ(PoisonIn(delivery), std::set<std::size_t>{0});
}

// Random events, batches and outages: in the end every good event is there and every bad
// one, and no other, is poison.
TEST(DeliveryTest, RandomHistoriesEndWithEveryEventInItsPlace) {
  for (unsigned seed = 0; seed < 2'000; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](std::size_t n) { return random() % n; };
    const std::size_t count = 1 + below(120);
    const std::size_t max_batch = 1 + below(60);
    Model model;
    for (std::size_t i = 0; i < count; ++i) {
      if (below(10) != 0) continue;
      model.bad[i] = below(2) == 0 ? SinkAnswer::kRefused : SinkAnswer::kFailed;
    }
    if (model.bad.size() == count) model.bad.clear();
    bool done = false;
    for (int failures = 0; !done && failures < 200; ++failures) {
      Delivery delivery(count, max_batch, failures);
      const bool outage = failures < 20 && below(2) == 0;
      std::size_t until = outage ? below(20) : 1'000'000;
      while (const auto slice = delivery.Next()) {
        if (until-- == 0) {
          delivery.Answered(SinkAnswer::kUnavailable, "gone");
        } else {
          delivery.Answered(model.Send(*slice), "why");
        }
      }
      done = delivery.done();
      if (!done) continue;
      EXPECT_EQ(PoisonIn(delivery), KeysOf(model.bad)) << "seed " << seed;
    }
    ASSERT_TRUE(done) << "seed " << seed;
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(model.accepted.count(i) > 0, !model.bad.contains(i)) << "seed " << seed;
    }
  }
}

TEST(RetryDelayTest, DoublesToAMinuteAndLeavesOutARandomHalf) {
  EXPECT_EQ(RetryDelay(1, 0.0), absl::Milliseconds(500));
  EXPECT_EQ(RetryDelay(1, 1.0), absl::Seconds(1));
  EXPECT_EQ(RetryDelay(3, 1.0), absl::Seconds(4));
  EXPECT_EQ(RetryDelay(7, 1.0), absl::Minutes(1));
  EXPECT_EQ(RetryDelay(1'000'000, 0.0), absl::Seconds(30));
}

}  // namespace
}  // namespace furnace::metering

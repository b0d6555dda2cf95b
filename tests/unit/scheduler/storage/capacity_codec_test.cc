#include "services/scheduler/storage/redis/capacity_codec.h"

#include <gtest/gtest.h>

namespace furnace::scheduler {
namespace {

TEST(CapacityCodecTest, ACapacityComesBackAsItWas) {
  const absl::Time now = absl::FromUnixMicros(1'800'000'000'123'456);
  const auto later = [now](int micros) { return now + absl::Microseconds(micros); };
  for (const Capacity& capacity :
       {Capacity{.at = now}, Capacity{.at = now, .workers = 2, .slots = 4},
        Capacity{.at = now, .workers = 1, .slots = 1, .running = {later(1), later(2)}},
        Capacity{.at = now, .starting = {later(3)}},
        Capacity{.at = now, .slots = 1, .running = {later(1)}, .starting = {later(2), later(3)}}}) {
    EXPECT_EQ(DecodeCapacity(EncodeCapacity(capacity)), capacity) << EncodeCapacity(capacity);
  }
}

TEST(CapacityCodecTest, AnythingElseIsFromLongAgo) {
  for (const char* text : {"", " ", "x", "1 2 3", "1 2 3 x", "1 2 3 1", "1 2 3 -1", "1 2 3 2 4",
                           "1,2,3,0", "1  2 3 0"}) {
    EXPECT_EQ(DecodeCapacity(text), Capacity()) << text;
  }
}

}  // namespace
}  // namespace furnace::scheduler

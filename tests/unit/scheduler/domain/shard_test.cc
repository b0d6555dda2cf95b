#include "services/scheduler/domain/shard.h"

#include <gtest/gtest.h>

#include <set>

#include "absl/time/clock.h"
#include "libs/common/base/uuid.h"

namespace furnace::scheduler {
namespace {

// The check value of CRC-16/XMODEM, which the Redis Cluster specification gives too.
TEST(ShardTest, TheChecksumIsThatOfRedisCluster) {
  EXPECT_EQ(ShardOfEndpoint("123456789", 1 << 16), 0x31c3);
  EXPECT_EQ(ShardOfEndpoint("", 1 << 16), 0);
}

TEST(ShardTest, EndpointsStayWithinTheShards) {
  for (const int shards : {1, 2, 16, kMaxShards}) {
    std::set<int> seen;
    for (int i = 0; i < 5000; ++i) {
      const std::string id = NewUuid(absl::Now());
      const int shard = ShardOfEndpoint(id, shards);
      ASSERT_GE(shard, 0);
      ASSERT_LT(shard, shards);
      ASSERT_EQ(shard, ShardOfEndpoint(id, shards));
      seen.insert(shard);
    }
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(shards));
  }
}

TEST(ShardTest, AJobCarriesItsShardInItsLastByte) {
  EXPECT_EQ(ShardOfJob("0190a6f0-0000-7000-8000-000000000000"), 0);
  EXPECT_EQ(ShardOfJob("0190a6f0-0000-7000-8000-00000000000f"), 15);
  EXPECT_EQ(ShardOfJob("0190a6f0-0000-7000-8000-0000000000ff"), 255);
  EXPECT_EQ(ShardOfJob(NewUuid(absl::Now(), 7)), 7);
}

TEST(ShardTest, AllKeysOfAShardHaveOneHashTag) {
  EXPECT_EQ(ShardPrefix(0), "furnace:{s00}:");
  EXPECT_EQ(ShardPrefix(3), "furnace:{s03}:");
  EXPECT_EQ(ShardPrefix(255), "furnace:{s255}:");
  EXPECT_EQ(NotifyChannels(2),
            (std::vector<std::string>{"furnace:{s00}:notify", "furnace:{s01}:notify"}));
}

}  // namespace
}  // namespace furnace::scheduler

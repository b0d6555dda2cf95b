#include "services/scheduler/app/shard_leader.h"

#include "tests/support/scheduler/queue_fixture.h"

namespace furnace::scheduler {
namespace {

using Shards = std::vector<int>;

class ShardLeaderTest : public QueueFixture {
 protected:
  ShardLeader a_{log_, "a", kTestShards};
  ShardLeader b_{log_, "b", kTestShards};
};

TEST_F(ShardLeaderTest, LeadsNothingBeforeItHasAsked) {
  EXPECT_TRUE(a_.Led().empty());
  EXPECT_FALSE(a_.Leads(0));
}

TEST_F(ShardLeaderTest, AReplicaOnItsOwnLeadsAllShards) {
  a_.Renew();
  EXPECT_EQ(a_.Led(), (Shards{0, 1, 2, 3}));
  EXPECT_TRUE(a_.Leads(3));
  EXPECT_FALSE(a_.Leads(4));
}

TEST_F(ShardLeaderTest, WhatOneLeadsTheOtherDoesNot) {
  ASSERT_TRUE(log_.Lead(1, "b", ShardLeader::kTerm).value());
  a_.Renew();
  b_.Renew();
  EXPECT_EQ(a_.Led(), (Shards{0, 2, 3}));
  EXPECT_EQ(b_.Led(), Shards{1});
}

TEST_F(ShardLeaderTest, TheOtherTakesOverWhenATermEnds) {
  a_.Renew();
  clock_.Advance(ShardLeader::kTerm - absl::Milliseconds(1));
  b_.Renew();
  EXPECT_TRUE(b_.Led().empty());
  clock_.Advance(absl::Milliseconds(1));
  b_.Renew();
  EXPECT_EQ(b_.Led().size(), 4U);
  a_.Renew();
  EXPECT_TRUE(a_.Led().empty());
}

TEST_F(ShardLeaderTest, RenewingKeepsATermFromEnding) {
  a_.Renew();
  for (int i = 0; i < 10; ++i) {
    clock_.Advance(ShardLeader::kRenewEvery);
    a_.Renew();
    b_.Renew();
  }
  EXPECT_TRUE(b_.Led().empty());
}

TEST_F(ShardLeaderTest, LeadsNothingWhileTheQueueIsAway) {
  a_.Renew();
  log_.set_status(absl::UnavailableError("down"));
  a_.Renew();
  EXPECT_TRUE(a_.Led().empty());
  log_.set_status(absl::OkStatus());
  a_.Renew();
  EXPECT_EQ(a_.Led().size(), 4U);
}

}  // namespace
}  // namespace furnace::scheduler

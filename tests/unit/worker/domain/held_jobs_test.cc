#include "services/worker/domain/held_jobs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace furnace::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::Time kNow = absl::UnixEpoch();
const absl::Time kLater = kNow + HeldJobs::kPingLag;

class WorkerHeldJobsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    held_.Add({"a", 1}, kNow);
    held_.Add({"b", 1}, kNow);
  }
  // How many pings like this it takes to lose a job; 0: ten do not.
  int PingsToLose(const std::vector<std::string>& ids, absl::Time when) {
    for (int i = 1; i <= 10; ++i) {
      if (!held_.LostByPing(ids, when).empty()) return i;
    }
    return 0;
  }

  HeldJobs held_;
};

TEST_F(WorkerHeldJobsTest, ATakeWithoutJobsLosesAll) {
  EXPECT_THAT(held_.LostByTake(), SizeIs(2));
  EXPECT_TRUE(held_.empty());
}

TEST_F(WorkerHeldJobsTest, TheLatestTokensAreKept) {
  held_.SetTokens("a", 5);
  held_.SetTokens("a", 9);
  EXPECT_EQ(held_.Remove("a")->tokens, 9);
  EXPECT_EQ(held_.Remove("b")->tokens, 0);
}

TEST_F(WorkerHeldJobsTest, PingsLoseWhatTheyStopNaming) {
  EXPECT_EQ(PingsToLose({"a"}, kLater), HeldJobs::kMissedPingsMax);
  EXPECT_TRUE(held_.Has("a"));
  EXPECT_FALSE(held_.Has("b"));
}

TEST_F(WorkerHeldJobsTest, PingsThatNeverNamedAJobLoseNothing) {
  EXPECT_EQ(PingsToLose({}, kLater), 0);
  EXPECT_EQ(PingsToLose({"foreign"}, kLater), 0);
}

TEST_F(WorkerHeldJobsTest, PingsSoonAfterTheHandOutLoseNothing) {
  EXPECT_EQ(PingsToLose({"a"}, kLater - absl::Milliseconds(1)), 0);
}

TEST_F(WorkerHeldJobsTest, AJobThatIsNamedAgainIsBack) {
  held_.LostByPing({"a"}, kLater);
  held_.LostByPing({"a"}, kLater);
  held_.LostByPing({"a", "b"}, kLater);
  held_.LostByPing({"a"}, kLater);
  held_.LostByPing({"a"}, kLater);
  EXPECT_TRUE(held_.Has("b"));
}

TEST_F(WorkerHeldJobsTest, ANewProcessMustNameJobsAnew) {
  held_.LostByPing({"a"}, kLater);
  EXPECT_THAT(held_.RemoveAll(), SizeIs(2));
  held_.Add({"c", 1}, kNow);
  EXPECT_EQ(PingsToLose({}, kLater), 0);
}

TEST_F(WorkerHeldJobsTest, OnlyTheSameAttemptIsAbandoned) {
  held_.Abandon({"a", 2});
  EXPECT_FALSE(held_.has_abandoned());
  held_.Abandon({"a", 1});
  EXPECT_TRUE(held_.has_abandoned());
  EXPECT_TRUE(held_.has_live());
  held_.Abandon({"b", 1});
  EXPECT_FALSE(held_.has_live());
}

TEST_F(WorkerHeldJobsTest, JobsBeginInTheOrderOfTheirHandOut) {
  held_.RemoveAll();
  held_.Add({"z", 1}, kNow);
  held_.Add({"c", 1}, std::nullopt);
  held_.Add({"b", 1}, std::nullopt);
  EXPECT_EQ(held_.BeginNext(kNow), std::nullopt) << "one is under way";
  held_.Remove("z");
  EXPECT_EQ(held_.BeginNext(kLater), (LeaseId{"c", 1}));
  EXPECT_EQ(held_.begun_since(), kLater);
  EXPECT_TRUE(held_.has_unbegun());
  held_.Remove("c");
  EXPECT_EQ(held_.BeginNext(kLater), (LeaseId{"b", 1}));
  EXPECT_FALSE(held_.has_unbegun());
}

TEST_F(WorkerHeldJobsTest, WhatIsRecalledDoesNotBegin) {
  held_.RemoveAll();
  held_.Add({"a", 1}, kNow);
  held_.Add({"b", 1}, std::nullopt);
  held_.Add({"c", 1}, std::nullopt);
  held_.Abandon({"c", 1});
  EXPECT_THAT(held_.Recall(), ElementsAre(LeaseId{"b", 1}));
  EXPECT_THAT(held_.Recall(), IsEmpty());
  EXPECT_FALSE(held_.has_unbegun());
  EXPECT_TRUE(held_.has_live());
  held_.Remove("a");
  EXPECT_EQ(held_.BeginNext(kNow), std::nullopt);
  EXPECT_FALSE(held_.has_live());
  EXPECT_EQ(held_.begun_since(), std::nullopt);
}

TEST_F(WorkerHeldJobsTest, AnAnswerOutOfTurnShowsWhatWasLost) {
  held_.RemoveAll();
  for (const char* id : {"d", "c", "b", "a"}) {
    held_.Add({id, 1}, held_.empty() ? std::optional(kNow) : std::nullopt);
  }
  EXPECT_THAT(held_.LostBefore("d", kNow), IsEmpty());
  const std::vector<HeldJob> lost = held_.LostBefore("b", kLater);
  ASSERT_THAT(lost, SizeIs(2));
  EXPECT_EQ(lost[0].lease.job_id, "d");
  EXPECT_EQ(lost[1].lease.job_id, "c");
  EXPECT_EQ(lost[1].begun, kLater) << "the handler has run it";
  EXPECT_EQ(held_.size(), 2u);
}

TEST_F(WorkerHeldJobsTest, PingsDoNotLoseWhatHasNotBegun) {
  held_.Add({"c", 1}, std::nullopt);
  EXPECT_EQ(PingsToLose({"a", "b"}, kLater), 0);
}

TEST_F(WorkerHeldJobsTest, WhatHasNotBegunIsNotAskedToStop) {
  held_.Add({"c", 1}, std::nullopt);
  held_.Abandon({"c", 1});
  EXPECT_THAT(held_.TakeStopOrders(kNow), IsEmpty());
}

TEST_F(WorkerHeldJobsTest, OnePingWithoutAJobThatWasToStopLosesIt) {
  held_.LostByPing({"a", "b"}, kLater);
  held_.Abandon({"a", 1});
  EXPECT_EQ(held_.first_stop_order(), absl::InfiniteFuture());
  held_.TakeStopOrders(kLater);
  EXPECT_EQ(held_.first_stop_order(), kLater);
  EXPECT_THAT(held_.LostByPing({"b"}, kLater), IsEmpty()) << "it was sent before";
  EXPECT_THAT(held_.LostByPing({"b"}, kLater + absl::Seconds(1)), SizeIs(1));
  EXPECT_TRUE(held_.Has("b"));
}

TEST_F(WorkerHeldJobsTest, AStopOrderIsGivenOnce) {
  held_.Abandon({"a", 1});
  EXPECT_THAT(held_.TakeStopOrders(kNow), ElementsAre("a"));
  EXPECT_THAT(held_.TakeStopOrders(kNow), IsEmpty());
}

}  // namespace
}  // namespace furnace::worker

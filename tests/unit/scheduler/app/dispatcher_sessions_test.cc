// Workers that come, go and come again.
#include "tests/support/scheduler/dispatcher_fixture.h"

namespace furnace::scheduler {
namespace {

class DispatcherSessionsTest : public DispatcherFixture {};

TEST_F(DispatcherSessionsTest, AWorkerThatComesBackKeepsItsLeases) {
  const std::string id = Submit();
  const auto first = Join("w-1", 1);
  const LeaseId lease = Assigned(*first).at(0);
  dispatcher_.Leave("w-1", first.get());
  EXPECT_FALSE(dispatcher_.HasWorkers(endpoint_.id));
  const auto second = Join("w-1", 0, {lease});
  EXPECT_EQ(StatusOf(id), JobStatus::kInProgress);
  EXPECT_EQ(Connected("w-1")->jobs, 1);
  Result("w-1", lease, Success());
  EXPECT_EQ(second->received().settled, Leases{lease});
}

TEST_F(DispatcherSessionsTest, AJobThatNeverArrivedIsQueuedAgain) {
  const std::string id = Submit();
  const auto first = Join("w-1", 1);
  ASSERT_EQ(Assigned(*first).size(), 1U);
  dispatcher_.Leave("w-1", first.get());
  const auto second = Join("w-1", 1);                                  // It has none of it,
  EXPECT_EQ(Assigned(*second), (Leases{{.job_id = id, .epoch = 2}}));  // and gets it anew.
  EXPECT_EQ(queue_.Live(id)->loss_count, 0);
}

TEST_F(DispatcherSessionsTest, AJobOfAWorkerThatWasStartedAnewIsLost) {
  const std::string id = Submit();
  const auto first = Join("w-1", 1);
  ASSERT_EQ(Assigned(*first).size(), 1U);
  WorkerHello hello{.worker = AWorker("w-1"), .endpoint_id = endpoint_.id, .credits = 0};
  hello.worker.cold_start = absl::Seconds(1);
  dispatcher_.Join(hello, std::make_shared<RecordingWorkerLink>());
  EXPECT_EQ(StatusOf(id), JobStatus::kInQueue);
  EXPECT_EQ(queue_.Live(id)->loss_count, 1);
}

TEST_F(DispatcherSessionsTest, LeasesLostMeanwhileAreTold) {
  const std::string id = Submit();
  const auto first = Join("w-1", 1);
  dispatcher_.Leave("w-1", first.get());
  clock_.Advance(kLease);
  ASSERT_EQ(log_.Sweep(ShardOfJob(id), 10)->lapsed.size(), 1U);
  const auto second = Join("w-1", 0, {{.job_id = id, .epoch = 1}});
  EXPECT_EQ(second->received().lost, (Leases{{.job_id = id, .epoch = 1}}));
  EXPECT_EQ(Connected("w-1")->jobs, 0);
}

TEST_F(DispatcherSessionsTest, AReplacedSessionIsClosedAndItsEndIsIgnored) {
  const std::string id = Submit();
  const auto first = Join("w-1", 1);
  const LeaseId lease = Assigned(*first).at(0);
  const auto second = Join("w-1", 1, {lease});
  EXPECT_EQ(first->received().closes, 1);
  dispatcher_.Leave("w-1", first.get());
  EXPECT_EQ(Connected("w-1")->jobs, 1);
  Submit();
  dispatcher_.Wake(endpoint_.id);
  EXPECT_EQ(second->received().jobs.size(), 1U);
  EXPECT_EQ(first->received().jobs.size(), 1U);
  EXPECT_EQ(StatusOf(id), JobStatus::kInProgress);
}

TEST_F(DispatcherSessionsTest, ASessionThatJoinsAfterALaterOneIsClosed) {
  const auto join = [this](std::uint64_t session) {
    auto link = std::make_shared<RecordingWorkerLink>();
    dispatcher_.Join({.worker = AWorker("w-1"),
                      .endpoint_id = endpoint_.id,
                      .leases = {},
                      .credits = 1,
                      .session = session},
                     link);
    return link;
  };
  const auto later = join(2);
  const auto earlier = join(1);
  EXPECT_EQ(earlier->received().closes, 1);
  EXPECT_EQ(later->received().closes, 0);
  dispatcher_.Leave("w-1", earlier.get());
  Submit();
  dispatcher_.Wake(endpoint_.id);
  EXPECT_EQ(Assigned(*later).size(), 1U);
  EXPECT_EQ(join(3)->received().closes, 0);
  EXPECT_EQ(later->received().closes, 1);
}

TEST_F(DispatcherSessionsTest, AReplacedSessionThatMovedToAnotherEndpointLeavesNothingBehind) {
  Join("w-1", 1);
  auto link = std::make_shared<RecordingWorkerLink>();
  dispatcher_.Join({.worker = AWorker(), .endpoint_id = NewId(), .leases = {}, .credits = 1}, link);
  EXPECT_FALSE(dispatcher_.HasWorkers(endpoint_.id));
  dispatcher_.Leave("w-1", link.get());
  Submit();
  dispatcher_.WakeAll();
  dispatcher_.Wake(endpoint_.id);
}

TEST_F(DispatcherSessionsTest, ADrainingWorkerGetsNoMoreJobs) {
  const auto link = Join("w-1", 5);
  dispatcher_.SetDraining("w-1");
  Submit();
  dispatcher_.Wake(endpoint_.id);
  EXPECT_TRUE(link->received().jobs.empty());
  EXPECT_TRUE(Connected("w-1")->draining);
}

TEST_F(DispatcherSessionsTest, DrainAsksOnce) {
  const auto link = Join("w-1", 5);
  dispatcher_.Drain("w-1");
  dispatcher_.Drain("w-1");
  dispatcher_.Drain("w-9");
  EXPECT_EQ(link->received().drains, 1);
  EXPECT_TRUE(Connected("w-1")->draining);
}

TEST_F(DispatcherSessionsTest, AWorkerThatEndedLosesItsLeasesAtOnce) {
  const std::string id = Submit();
  const auto link = Join("w-1", 2);
  dispatcher_.WorkerEnded("w-1", endpoint_.id);
  EXPECT_EQ(StatusOf(id), JobStatus::kInQueue);
  EXPECT_EQ(queue_.Live(id)->cause, FailureCause::kWorkerLost);
  dispatcher_.WakeAll();  // Its stream has not ended yet, and gets nothing more.
  EXPECT_EQ(link->received().jobs.size(), 1U);
}

TEST_F(DispatcherSessionsTest, AWorkerThatEndedAfterItLeftLosesItsLeasesToo) {
  const std::string id = Submit();
  const auto link = Join("w-1", 1);
  dispatcher_.Leave("w-1", link.get());
  EXPECT_EQ(StatusOf(id), JobStatus::kInProgress);
  dispatcher_.WorkerEnded("w-1", endpoint_.id);
  EXPECT_EQ(StatusOf(id), JobStatus::kInQueue);
  dispatcher_.WorkerEnded("w-1", endpoint_.id);
  EXPECT_EQ(queue_.Live(id)->loss_count, 1);
}

TEST_F(DispatcherSessionsTest, WorkersThatStayAwayAreForgotten) {
  const std::string id = Submit();
  dispatcher_.Leave("w-1", Join("w-1", 1).get());
  clock_.Advance(kLease + absl::Seconds(1));
  Submit();
  dispatcher_.Leave("w-2", Join("w-2", 1).get());
  const int settles = queue_.calls(QueueCall::kSettle);
  dispatcher_.WorkerEnded("w-1", endpoint_.id);  // Its leases are the sweeper's.
  EXPECT_EQ(queue_.calls(QueueCall::kSettle), settles);
}

TEST_F(DispatcherSessionsTest, ALapsedLeaseOfAWorkerThatIsAwayIsForgotten) {
  const std::string id = Submit();
  dispatcher_.Leave("w-1", Join("w-1", 1).get());
  dispatcher_.LeaseLapsed("w-1", {.job_id = id, .epoch = 1});
  const int settles = queue_.calls(QueueCall::kSettle);
  Join("w-1", 0);
  EXPECT_EQ(queue_.calls(QueueCall::kSettle), settles);
}

TEST_F(DispatcherSessionsTest, WorkersShowHowLongTheyAreIdle) {
  clock_.Advance(absl::Seconds(1));
  Join("w-1", 1);
  EXPECT_EQ(Connected("w-1")->idle_since, clock_.Now());
  EXPECT_EQ(Connected("w-1")->connected_at, clock_.Now());
  Submit();
  dispatcher_.Wake(endpoint_.id);
  EXPECT_EQ(Connected("w-1")->idle_since, absl::InfiniteFuture());
}

TEST_F(DispatcherSessionsTest, TheLastThatAWorkerSaidOutlivesItsSessionForAWhile) {
  EXPECT_FALSE(dispatcher_.NoteOf("w-1").has_value());
  dispatcher_.Note("w-1", "first");
  clock_.Advance(absl::Seconds(1));
  dispatcher_.Note("w-1", "second");
  EXPECT_EQ(dispatcher_.NoteOf("w-1")->text, "second");
  EXPECT_EQ(dispatcher_.NoteOf("w-1")->at, clock_.Now());
  clock_.Advance(absl::Hours(2));
  dispatcher_.Note("w-2", "other");
  EXPECT_FALSE(dispatcher_.NoteOf("w-1").has_value());
}

}  // namespace
}  // namespace furnace::scheduler

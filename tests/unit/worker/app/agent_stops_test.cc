// Jobs that nobody wants any more, and the handlers that have them.
#include <gmock/gmock.h>

#include "services/worker/domain/handler_environment.h"
#include "tests/support/worker/agent_fixture.h"

namespace furnace::worker::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class WorkerAgentStops : public AgentTest {
 protected:
  // A take of an SDK that runs jobs and has room for one more.
  std::shared_ptr<FakePoll> TakeBesides(const SdkVersion& sdk) {
    auto poll = std::make_shared<FakePoll>(1);
    agent_->OnTake({.in_progress = true, .sdk = sdk, .asks_for_free_slots = true}, poll);
    return poll;
  }
};

TEST_F(WorkerAgentStops, AJobOutOfTimeFailsAndItsHandlerIsStopped) {
  StartServing();
  Assign({"a"}, absl::Seconds(600));
  Pass(absl::Seconds(599));
  EXPECT_THAT(results(), IsEmpty());
  Pass(absl::Seconds(1));
  ASSERT_THAT(results(), SizeIs(1));
  EXPECT_EQ(results()[0].outcome.cause, Cause::kTimeout);
  EXPECT_EQ(results()[0].outcome.error, "executionTimeout exceeded: 600 s");
  EXPECT_EQ(results()[0].credits, 0);
  EXPECT_EQ(handler_.terminated, 1);
  Pass(kCancelGrace - absl::Seconds(1));
  EXPECT_EQ(handler_.killed, 0);
  Pass(absl::Seconds(1));
  EXPECT_EQ(handler_.killed, 1);
}

TEST_F(WorkerAgentStops, AStoppedHandlerIsStartedAgainAtOnce) {
  StartServing();
  Assign({"a"});
  agent_->OnCancel({"a", 1});
  EXPECT_EQ(handler_.terminated, 1);
  Exit();
  EXPECT_EQ(handler_.started, 2);
  EXPECT_THAT(results(), IsEmpty());
  Take();
  EXPECT_EQ(credits(), 2);
}

TEST_F(WorkerAgentStops, AHandlerThatDoesNotEndIsKilledAndNoJobIsTakenBefore) {
  StartServing();
  Assign({"a"});
  agent_->OnCancel({"a", 1});
  Pass(kCancelGrace - absl::Seconds(1));
  EXPECT_EQ(handler_.killed, 0);
  Pass(absl::Seconds(1));
  EXPECT_EQ(handler_.killed, 1);
  EXPECT_EQ(handler_.started, 1) << "its memory is not free yet";
  EXPECT_EQ(credits(), 1);
  Exit();
  EXPECT_EQ(handler_.started, 2);
  Take();
  EXPECT_EQ(credits(), 2);
}

TEST_F(WorkerAgentStops, AHandlerThatEndsWithinTheGraceIsNotKilled) {
  StartServing();
  Assign({"a"});
  agent_->OnLeaseLost({{"a", 1}});
  EXPECT_EQ(handler_.terminated, 1);
  Exit(/*well=*/true);
  Take();
  Pass(absl::Minutes(1));
  EXPECT_EQ(handler_.killed, 0);
  EXPECT_THAT(results(), IsEmpty());
}

TEST_F(WorkerAgentStops, AHandlerThatIsBeingStoppedGetsNoJob) {
  StartServing();
  Assign({"a"});
  agent_->OnCancel({"a", 1});
  Assign({"b"});
  const auto poll = Take();
  EXPECT_FALSE(poll->nothing) << "or it would ask again at once";
  EXPECT_EQ(agent_->hold(SdkVersion{1, 12, 0}), absl::Milliseconds(200));
  EXPECT_THAT(poll->ids, IsEmpty());
}

TEST_F(WorkerAgentStops, ACancelledJobThatWaitsIsForgotten) {
  StartServing();
  Assign({"a"});
  Assign({"b"});
  agent_->OnCancel({"b", 1});
  Done("a");
  EXPECT_THAT(Take()->ids, IsEmpty());
  EXPECT_EQ(handler_.terminated, 0);
}

TEST_F(WorkerAgentStops, ACancelledJobDoesNotTakeItsSiblingsAlong) {
  StartServing(2);
  Assign({"a", "b"});
  Take(true);
  agent_->OnCancel({"a", 1});
  EXPECT_EQ(handler_.terminated, 0);
  Done("b");
  EXPECT_EQ(handler_.terminated, 1) << "nothing else runs there any more";
}

TEST_F(WorkerAgentStops, NoJobJoinsOneThatWasCancelledAndGoesOn) {
  StartServing(3);
  Assign({"a", "b"});
  Take(true);
  agent_->OnCancel({"a", 1});
  Assign({"c"});  // It was on its way.
  EXPECT_THAT(Take(true)->ids, IsEmpty());
  ASSERT_THAT(scheduler_.Sent<Release>(), SizeIs(1));
  EXPECT_THAT(scheduler_.Sent<Release>()[0].leases, ElementsAre(LeaseId{"c", 1}));
  Done("b");
  EXPECT_EQ(handler_.terminated, 1);
  EXPECT_EQ(credits(), 2) << "one was taken back, and none are granted before the handler is gone";
}

TEST_F(WorkerAgentStops, ACancelledJobMayStillEndByItself) {
  StartServing(2);
  Assign({"a", "b"});
  Take(true);
  agent_->OnCancel({"a", 1});
  EXPECT_TRUE(Done("a")->done);
  EXPECT_THAT(results(), IsEmpty());
  EXPECT_EQ(credits(), 3);
}

TEST_F(WorkerAgentStops, AHandlerThatListensIsAskedToStopFirst) {
  StartServing();
  Assign({"a"});
  const auto stops = std::make_shared<FakeStopPoll>();
  agent_->OnAwaitStops(stops);
  agent_->OnCancel({"a", 1});
  EXPECT_THAT(stops->ids, ElementsAre("a"));
  EXPECT_EQ(handler_.terminated, 0);
  Take(false);
  Pass(absl::Seconds(10));
  EXPECT_EQ(handler_.terminated, 0);
}

TEST_F(WorkerAgentStops, AHandlerThatDoesNotStopWhenAskedIsStopped) {
  StartServing();
  Assign({"a"});
  agent_->OnAwaitStops(std::make_shared<FakeStopPoll>());
  agent_->OnCancel({"a", 1});
  Pass(kCancelGrace);
  EXPECT_EQ(handler_.terminated, 1);
  Pass(kCancelGrace);
  EXPECT_EQ(handler_.killed, 1);
}

// SDKs tell nothing of a job that they have stopped.
TEST_F(WorkerAgentStops, AStoppedJobOfAHandlerThatRunsSeveralMakesRoomForAnother) {
  const SdkVersion sdk{1, 12, 0};
  Start();
  TakeAs(sdk, 3);
  Welcome();
  Assign({"a", "b", "c"});
  Pass(absl::Seconds(6));
  agent_->OnPing({"a", "b", "c"});
  const auto stops = std::make_shared<FakeStopPoll>();
  agent_->OnAwaitStops(stops);
  agent_->OnCancel({"a", 1});
  EXPECT_THAT(stops->ids, ElementsAre("a"));
  for (int i = 0; i < 3; ++i) {
    Pass(absl::Seconds(4));
    agent_->OnPing({"b", "c"});
  }
  const auto poll = TakeBesides(sdk);
  EXPECT_EQ(credits(), 4);
  Assign({"d"});
  EXPECT_THAT(poll->ids, ElementsAre("d"));
  EXPECT_EQ(handler_.terminated, 0);
  EXPECT_THAT(scheduler_.Sent<Release>(), IsEmpty());
}

TEST_F(WorkerAgentStops, AStopThatWasFetchedLateHasItsWholeGrace) {
  StartServing(3);
  Assign({"a", "b"});
  Take(true);
  agent_->OnPing({"a", "b"});
  Pass(absl::Seconds(6));
  agent_->OnCancel({"a", 1});
  const auto stops = std::make_shared<FakeStopPoll>();
  agent_->OnAwaitStops(stops);
  EXPECT_THAT(stops->ids, ElementsAre("a"));
  Assign({"c"});
  EXPECT_THAT(scheduler_.Sent<Release>(), IsEmpty());
}

TEST_F(WorkerAgentStops, AStoppedJobIsGoneAfterItsGraceWherePingsSayNothing) {
  const SdkVersion sdk{1, 10, 0};
  Start();
  TakeAs(sdk, 2);
  Welcome();
  Assign({"a", "b"});
  agent_->OnAwaitStops(std::make_shared<FakeStopPoll>());
  agent_->OnCancel({"a", 1});
  Pass(kCancelGrace + 2 * kPingInterval);
  const auto poll = TakeBesides(sdk);
  Assign({"c"});
  EXPECT_THAT(poll->ids, ElementsAre("c"));
  EXPECT_EQ(handler_.terminated, 0);
}

}  // namespace
}  // namespace furnace::worker::testing

// Jobs behind another one in the handler, and what becomes of them.
#include <gmock/gmock.h>

#include "services/worker/domain/prefetch.h"
#include "tests/support/worker/agent_fixture.h"

namespace furnace::worker::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr SdkVersion kCurrent{1, 12, 0};
constexpr SdkVersion kBeforeArrays{1, 7, 0};

class WorkerAgentPrefetch : public AgentTest {
 protected:
  // Serves, and knows that jobs are short.
  void StartShort(const SdkVersion& sdk = kCurrent) {
    Start();
    TakeAs(sdk);
    Welcome();
    Assign({"first"});
    clock_.now += absl::Milliseconds(2);
    Done("first");
    agent_->OnSettled({{"first", 1}});
  }
  // The handler has a, b and c, and runs a.
  void GiveThree() {
    StartShort();
    Assign({"a", "b", "c"});
    ASSERT_THAT(TakeAs(kCurrent)->ids, ElementsAre("a", "b", "c"));
  }
  std::vector<LeaseId> released() const {
    std::vector<LeaseId> leases;
    for (const Release& release : scheduler_.Sent<Release>()) {
      leases.insert(leases.end(), release.leases.begin(), release.leases.end());
    }
    return leases;
  }
};

TEST_F(WorkerAgentPrefetch, OneJobUntilTheirTimeIsKnown) {
  Start();
  TakeAs(kCurrent);
  Welcome();
  Assign({"a"});
  EXPECT_EQ(credits(), 1);
}

TEST_F(WorkerAgentPrefetch, ShortJobsAreGivenTogether) { GiveThree(); }

TEST_F(WorkerAgentPrefetch, OneAtATimeToReleasesThatTakeNoArrays) {
  StartShort(kBeforeArrays);
  Assign({"a", "b"});
  EXPECT_THAT(TakeAs(kBeforeArrays)->ids, ElementsAre("a"));
}

TEST_F(WorkerAgentPrefetch, OneAtATimeToOtherPrograms) {
  StartServing();
  Assign({"first"});
  Done("first");
  Assign({"a", "b"});
  EXPECT_THAT(Take()->ids, ElementsAre("a"));
  EXPECT_EQ(credits(), 2);
}

TEST_F(WorkerAgentPrefetch, AHandlerThatRunsSeveralAtATimeGetsAsManyAsItAsksFor) {
  Start();
  TakeAs(kCurrent, 5);
  Welcome();
  EXPECT_EQ(credits(), 5);
  Assign({"a", "b", "c"});
  EXPECT_THAT(TakeAs(kCurrent, 2)->ids, IsEmpty());
  EXPECT_EQ(credits(), 5) << "it has three and asks for two";
  Assign({"d", "e"});
  Done("a");
  EXPECT_EQ(results().at(0).outcome.waited, absl::ZeroDuration());
  EXPECT_EQ(credits(), 6);
}

TEST_F(WorkerAgentPrefetch, AnSdkOfUnknownReleaseGetsAsManyAsItAsksFor) {
  Start();
  TakeRequest request;
  request.asks_for_free_slots = true;
  agent_->OnTake(request, std::make_shared<FakePoll>(5));
  Welcome();
  EXPECT_EQ(credits(), 5);
}

TEST_F(WorkerAgentPrefetch, NoHandlerGetsMoreThanTheLimit) {
  Start();
  TakeAs(kCurrent, 1000);
  Welcome();
  Assign({"a"});
  TakeAs(kCurrent, 1000);
  EXPECT_EQ(credits(), 1000);
}

TEST_F(WorkerAgentPrefetch, AskedForAreTwiceAsManyAsCame) {
  StartShort();
  EXPECT_EQ(credits(), 2) << "an idle worker keeps none from others";
  Assign({"a"});
  EXPECT_EQ(credits(), 3);
  Assign({"b"});
  EXPECT_EQ(credits(), 5);
  Assign({"c", "d"});
  EXPECT_EQ(credits(), 9);
  for (int i = 0; i < 40; ++i) {
    if (credits() > 5 + i) Assign({"more" + std::to_string(i)});
  }
  EXPECT_EQ(credits(), 1 + Prefetch::kJobsMax) << "the first one, and as many as may lie here";
}

TEST_F(WorkerAgentPrefetch, AJobThatLayIsSaidToHaveWaited) {
  GiveThree();
  clock_.now += absl::Milliseconds(100);
  Done("a");
  clock_.now += absl::Milliseconds(50);
  Done("b");
  ASSERT_THAT(results(), SizeIs(3));
  EXPECT_EQ(results()[1].outcome.waited, absl::ZeroDuration());
  EXPECT_EQ(results()[2].outcome.waited, absl::Milliseconds(100));
}

TEST_F(WorkerAgentPrefetch, TimeRunsFromWhenAJobCanBegin) {
  StartShort();
  Assign({"a"}, absl::Minutes(1));
  Assign({"b"}, absl::Seconds(3));
  TakeAs(kCurrent);
  Pass(absl::Seconds(4));
  Done("a");
  Pass(absl::Seconds(2));
  EXPECT_THAT(results(), SizeIs(2)) << "b has a second left";
  Pass(absl::Seconds(1));
  ASSERT_THAT(results(), SizeIs(3));
  EXPECT_EQ(results()[2].outcome.cause, Cause::kTimeout);
}

TEST_F(WorkerAgentPrefetch, WhatLiesBehindALongJobIsGivenBackAndNeverBegins) {
  GiveThree();
  Assign({"d"});
  Pass(Prefetch::kPatience - absl::Milliseconds(1));
  EXPECT_THAT(released(), IsEmpty());
  const int before = credits();
  Pass(absl::Milliseconds(1));
  EXPECT_THAT(released(), ElementsAre(LeaseId{"d", 1}, LeaseId{"b", 1}, LeaseId{"c", 1}));
  EXPECT_LT(credits(), before) << "or they would come again";
  EXPECT_EQ(handler_.terminated, 0) << "the long one goes on";
  Pass(absl::Minutes(1));
  const auto reply = Done("a", "42");
  EXPECT_EQ(results().back().outcome.output, "42");
  EXPECT_EQ(results().back().credits, 0);
  EXPECT_EQ(handler_.terminated, 1);
  EXPECT_EQ(handler_.killed, 1) << "or it would run b";
  EXPECT_TRUE(Done("b")->done);
  EXPECT_THAT(results(), SizeIs(2)) << "dropped";
  Exit();
  EXPECT_EQ(handler_.started, 2);
  EXPECT_THAT(results(), SizeIs(2));
}

TEST_F(WorkerAgentPrefetch, ARecallDoesNotForgetHowLongJobsRun) {
  GiveThree();
  Pass(Prefetch::kPatience);
  Done("a");
  Exit();
  for (int i = 0; i < 40; ++i) {  // Short ones make up for a.
    TakeAs(kCurrent);
    const std::string id = "short" + std::to_string(i);
    Assign({id});
    Done(id);
  }
  Assign({"x", "y"});
  ASSERT_THAT(TakeAs(kCurrent)->ids, ElementsAre("x", "y"));
  Pass(Prefetch::kPatience);
  agent_->OnCancel({"x", 1});
  EXPECT_EQ(handler_.terminated, 2);
  Exit();
  Assign({"d", "e"});
  EXPECT_THAT(TakeAs(kCurrent)->ids, ElementsAre("d", "e"));
}

TEST_F(WorkerAgentPrefetch, WhatWaitsForAHandlerThatLoadsForLongIsGivenBackUnbegun) {
  StartServing();
  Assign({"a"});
  Done("a");
  Assign({"b"});
  Exit();
  Pass(Prefetch::kPatience - absl::Milliseconds(1));
  EXPECT_THAT(scheduler_.Sent<Release>(), IsEmpty());
  Pass(absl::Milliseconds(1));
  ASSERT_THAT(scheduler_.Sent<Release>(), SizeIs(1));
  EXPECT_THAT(scheduler_.Sent<Release>()[0].leases, ElementsAre(LeaseId{"b", 1}));
  EXPECT_TRUE(scheduler_.Sent<Release>()[0].unbegun);
  Assign({"late"});  // It was on its way.
  EXPECT_THAT(scheduler_.Sent<Release>(), SizeIs(2));
  EXPECT_THAT(Take()->ids, IsEmpty());
  Assign({"c"});
  EXPECT_THAT(Take(true)->ids, IsEmpty()) << "the first take has it";
  Done("c");
  EXPECT_THAT(results(), SizeIs(2)) << "of a and c";
}

TEST_F(WorkerAgentPrefetch, CreditsAreTakenBackFromBeforeAHandlerThatLoadsForLong) {
  StartServing(2);
  Exit();
  EXPECT_EQ(credits(), 2);
  Pass(Prefetch::kPatience);
  EXPECT_EQ(credits(), 0);
  Take();
  EXPECT_EQ(credits(), 2);
}

TEST_F(WorkerAgentPrefetch, NothingIsAskedForBehindALongJob) {
  StartShort();
  Assign({"a"});
  TakeAs(kCurrent);
  EXPECT_EQ(credits(), 3) << "of first, of a, and one more";
  Pass(Prefetch::kPatience);
  EXPECT_EQ(credits(), 2) << "which is taken back";
  Assign({"late"});  // It was on its way.
  EXPECT_THAT(released(), ElementsAre(LeaseId{"late", 1}));
  EXPECT_EQ(credits(), 2);
  Done("a");
  EXPECT_EQ(handler_.terminated, 0) << "it had none behind the long one";
}

TEST_F(WorkerAgentPrefetch, AnExitFailsTheOneThatRanAndKeepsTheOthers) {
  GiveThree();
  Exit();
  ASSERT_THAT(results(), SizeIs(2));
  EXPECT_EQ(results()[1].lease.job_id, "a");
  Pass(absl::Seconds(1));
  EXPECT_THAT(TakeAs(kCurrent)->ids, ElementsAre("b")) << "its time is not known any more";
  Done("b");
  EXPECT_THAT(TakeAs(kCurrent)->ids, ElementsAre("c"));
}

TEST_F(WorkerAgentPrefetch, ACancelOfTheOneThatRunsKeepsTheOthers) {
  GiveThree();
  agent_->OnCancel({"a", 1});
  EXPECT_EQ(handler_.terminated, 1);
  Exit();
  EXPECT_THAT(results(), SizeIs(1));
  EXPECT_THAT(TakeAs(kCurrent)->ids, ElementsAre("b"));
}

TEST_F(WorkerAgentPrefetch, ACancelledJobThatLiesIsRunInVain) {
  GiveThree();
  agent_->OnCancel({"b", 1});
  Done("a");
  EXPECT_EQ(handler_.terminated, 0);
  EXPECT_TRUE(Done("b")->done);
  Done("c");
  EXPECT_THAT(results(), SizeIs(3)) << "of first, a and c";
  EXPECT_EQ(handler_.terminated, 0);
}

TEST_F(WorkerAgentPrefetch, ACancelledJobThatLayAndRunsForLongIsStopped) {
  GiveThree();
  agent_->OnCancel({"b", 1});
  Done("a");
  Pass(kCancelGrace);
  EXPECT_EQ(handler_.terminated, 1);
  Exit();
  EXPECT_THAT(TakeAs(kCurrent)->ids, ElementsAre("c"));
}

TEST_F(WorkerAgentPrefetch, AnAnswerOutOfTurnFailsTheOneBefore) {
  GiveThree();
  Done("b");
  ASSERT_THAT(results(), SizeIs(3));
  EXPECT_EQ(results()[1].lease.job_id, "a");
  EXPECT_EQ(results()[1].outcome.error, "handler went on without reporting a result");
  EXPECT_EQ(results()[2].lease.job_id, "b");
  Done("c");
  EXPECT_THAT(results(), SizeIs(4));
}

TEST_F(WorkerAgentPrefetch, AChunkOutOfTurnFailsTheOneBeforeAndBeginsItsJob) {
  GiveThree();
  clock_.now += absl::Milliseconds(100);
  EXPECT_TRUE(Chunk("b", "7")->done);
  ASSERT_THAT(results(), SizeIs(2));
  EXPECT_EQ(results()[1].lease.job_id, "a");
  EXPECT_EQ(scheduler_.Sent<Progress>().at(0).lease.job_id, "b");
  clock_.now += absl::Milliseconds(100);
  Done("b");
  EXPECT_EQ(results().back().outcome.waited, absl::Milliseconds(100));
  EXPECT_EQ(results().back().outcome.cause, Cause::kNone);
}

TEST_F(WorkerAgentPrefetch, AHandlerThatAsksAnewHasLostWhatItRanAndGetsTheRestAgain) {
  GiveThree();
  EXPECT_THAT(TakeAs(kCurrent)->ids, ElementsAre("b", "c"));
  ASSERT_THAT(results(), SizeIs(2));
  EXPECT_EQ(results()[1].lease.job_id, "a");
}

TEST_F(WorkerAgentPrefetch, AHandlerThatWantsToBeReplacedRunsNoMore) {
  GiveThree();
  Report report;
  report.outcome.emplace();
  report.replace_handler = true;
  agent_->OnReport("a", report, std::make_shared<FakeReply>());
  EXPECT_EQ(handler_.killed, 1);
  Exit(true);
  EXPECT_THAT(TakeAs(kCurrent)->ids, ElementsAre("b"));
  Done("b");
  EXPECT_THAT(TakeAs(kCurrent)->ids, ElementsAre("c")) << "one for each process, maybe";
}

TEST_F(WorkerAgentPrefetch, ADrainWaitsForTheOneThatRunsAndGivesBackTheOthers) {
  GiveThree();
  agent_->Drain();
  EXPECT_THAT(released(), ElementsAre(LeaseId{"b", 1}, LeaseId{"c", 1}));
  EXPECT_EQ(handler_.terminated, 0);
  Done("a");
  Pass(absl::ZeroDuration());
  EXPECT_EQ(handler_.killed, 1);
  Exit();
  agent_->OnSettled({{"a", 1}});
  EXPECT_EQ(ending_, Ending::kDrained);
}

}  // namespace
}  // namespace furnace::worker::testing

// Sessions with the scheduler, processes of the handler, and the agent's end.
#include <gmock/gmock.h>

#include "tests/support/worker/agent_fixture.h"

namespace furnace::worker::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

using WorkerAgentSession = AgentTest;
using WorkerAgentHandler = AgentTest;
using WorkerAgentEnd = AgentTest;

SpoolRecord LeftResult(const std::string& job_id) {
  SpoolRecord record;
  record.lease = {job_id, 1};
  record.outcome.output = "1";
  return record;
}

TEST_F(WorkerAgentSession, HeartbeatsNameAllAttempts) {
  StartServing(2);
  Assign({"a", "b"});
  Done("a");
  Pass(kHeartbeat);
  const auto heartbeats = scheduler_.Sent<Heartbeat>();
  ASSERT_THAT(heartbeats, SizeIs(1));
  EXPECT_THAT(heartbeats[0].leases, ElementsAre(LeaseId{"a", 1}, LeaseId{"b", 1}));
}

TEST_F(WorkerAgentSession, AReconnectNamesTheLeasesAndRepeatsTheResults) {
  StartServing();
  Assign({"a"});
  Done("a");
  Disconnect();
  EXPECT_THAT(scheduler_.hellos, SizeIs(1));
  Pass(absl::Milliseconds(50));
  ASSERT_THAT(scheduler_.hellos, SizeIs(2));
  EXPECT_EQ(scheduler_.hellos[1].cold_start, absl::ZeroDuration());
  EXPECT_THAT(scheduler_.hellos[1].leases, ElementsAre(LeaseId{"a", 1}));
  EXPECT_EQ(scheduler_.hellos[1].credits, 1);
  Welcome();
  EXPECT_THAT(results(), SizeIs(2));
  EXPECT_EQ(results()[1].credits, 0);
}

TEST_F(WorkerAgentSession, AResultWhileDisconnectedIsSentAfterwards) {
  StartServing();
  Assign({"a"});
  Disconnect();
  Done("a");
  EXPECT_THAT(results(), IsEmpty());
  Pass(absl::Seconds(1));
  Welcome();
  EXPECT_THAT(results(), SizeIs(1));
}

TEST_F(WorkerAgentSession, ChunksWhileDisconnectedAreSentBeforeTheResult) {
  StartServing();
  Assign({"a"});
  Disconnect();
  EXPECT_TRUE(Chunk("a", "1")->done);
  Done("a");
  scheduler_.sent.clear();
  Pass(absl::Seconds(1));
  Welcome();
  ASSERT_THAT(scheduler_.sent, SizeIs(2));
  EXPECT_TRUE(std::holds_alternative<Progress>(scheduler_.sent[0]));
  EXPECT_TRUE(std::holds_alternative<Result>(scheduler_.sent[1]));
}

TEST_F(WorkerAgentSession, ChunksThatWereNotStoredAreSentAgainUnderTheirNumbers) {
  StartServing(2);
  Assign({"a", "b"});
  Take(true);
  for (const char* chunk : {"1", "2", "3"}) Chunk("a", chunk);
  Chunk("b", "4");
  agent_->OnProgressStored({"a", 1}, 1);
  agent_->OnProgressStored({"a", 2}, 9);  // Of an attempt that is not ours.
  Disconnect();
  Chunk("a", "5");
  Done("a");
  scheduler_.sent.clear();
  Pass(absl::Seconds(1));
  Welcome();
  std::vector<std::pair<std::string, std::int64_t>> again;
  for (const Progress& progress : scheduler_.Sent<Progress>()) {
    again.emplace_back(progress.chunks.at(0), progress.sequence);
  }
  EXPECT_THAT(again, ElementsAre(Pair("2", 2), Pair("3", 3), Pair("5", 4), Pair("4", 1)));
  EXPECT_TRUE(std::holds_alternative<Result>(scheduler_.sent.back()));
  agent_->OnSettled({{"a", 1}});
  agent_->OnCancel({"b", 1});
  scheduler_.sent.clear();
  Disconnect();
  Pass(absl::Seconds(1));
  Welcome();
  EXPECT_THAT(scheduler_.Sent<Progress>(), IsEmpty()) << "nobody wants to know";
}

TEST_F(WorkerAgentSession, ChunksWhileDisconnectedAreBounded) {
  StartServing();
  Assign({"a"});
  Disconnect();
  const std::string chunk(1 << 20, '1');
  for (int i = 0; i < 7; ++i) EXPECT_TRUE(Chunk("a", chunk)->done);
  const auto reply = Chunk("a", chunk);
  EXPECT_FALSE(reply->done || reply->busy);
  Pass(kReportHold);
  EXPECT_TRUE(reply->busy);
}

TEST_F(WorkerAgentSession, ASilentSchedulerIsGivenUpAndDialledAgain) {
  Start();
  Take();
  Pass(absl::Seconds(10));
  EXPECT_EQ(scheduler_.broken_off, 1);
  Disconnect(absl::StatusCode::kCancelled);
  Pass(absl::Seconds(1));
  EXPECT_THAT(scheduler_.hellos, SizeIs(2));
}

TEST_F(WorkerAgentSession, ResultsOfAnEarlierProcessAreDeliveredBeforeTheHandlerIsReady) {
  Start(1, {LeftResult("a")});
  ASSERT_THAT(scheduler_.hellos, SizeIs(1));
  EXPECT_EQ(scheduler_.hellos[0].credits, 0);
  EXPECT_THAT(scheduler_.hellos[0].leases, ElementsAre(LeaseId{"a", 1}));
  Welcome();
  EXPECT_THAT(results(), SizeIs(1));
  Take();
  EXPECT_EQ(scheduler_.Sent<Credit>().at(0).count, 1);
}

TEST_F(WorkerAgentHandler, AnExitFailsWhatItHad) {
  StartServing(2);
  Assign({"a", "b"});
  Take(true);
  Exit();
  ASSERT_THAT(results(), SizeIs(2));
  EXPECT_EQ(results()[0].outcome.cause, Cause::kHandlerExited);
  EXPECT_EQ(results()[0].outcome.error, "handler exited with status 3");
}

TEST_F(WorkerAgentHandler, AnExitKeepsWhatWaits) {
  StartServing();
  Assign({"a"});
  Done("a");
  Assign({"b"});
  Exit();
  Pass(absl::Milliseconds(100));
  EXPECT_EQ(handler_.started, 2);
  EXPECT_THAT(Take()->ids, ElementsAre("b"));
}

TEST_F(WorkerAgentHandler, PollsOfADeadHandlerAreAnswered) {
  StartServing();
  Exit();
  EXPECT_TRUE(poll_->nothing);
}

TEST_F(WorkerAgentHandler, ACrashLoopIsSlowedDown) {
  StartServing();
  absl::Duration delay = absl::Milliseconds(100);
  for (int starts = 1; starts < 12; ++starts) {
    Exit();
    Pass(delay - absl::Milliseconds(1));
    ASSERT_EQ(handler_.started, starts);
    Pass(absl::Milliseconds(1));
    ASSERT_EQ(handler_.started, starts + 1);
    delay = std::min(delay * 2, absl::Seconds(10));
  }
}

TEST_F(WorkerAgentHandler, AHandlerThatEndsWellAfterAJobIsStartedAtOnce) {
  StartServing();
  Assign({"a"});
  Done("a");
  Exit(true, "exited with status 0");
  EXPECT_EQ(handler_.started, 2);
}

TEST_F(WorkerAgentHandler, AReplacedHandlerIsStoppedAfterItsJob) {
  StartServing();
  Assign({"a"});
  Report report;
  report.outcome.emplace();
  report.replace_handler = true;
  agent_->OnReport("a", report, std::make_shared<FakeReply>());
  EXPECT_EQ(handler_.terminated, 1);
  EXPECT_EQ(results().at(0).credits, 0);
  Exit(true, "exited with status 0");
  EXPECT_EQ(handler_.started, 2);
  Take();
  EXPECT_EQ(credits(), 2);
}

TEST_F(WorkerAgentHandler, ThreeFailedStartsFailWhatWaits) {
  StartServing();
  Exit();
  Assign({"a"});
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(results(), IsEmpty());
    Pass(absl::Seconds(1));
    Exit();
  }
  ASSERT_THAT(results(), SizeIs(1));
  EXPECT_EQ(results()[0].outcome.cause, Cause::kHandlerExited);
  EXPECT_EQ(results()[0].outcome.error, "handler exited with status 3: last words");
  EXPECT_FALSE(ending_.has_value());
}

TEST_F(WorkerAgentHandler, ThreeFailedFirstStartsEndTheAgent) {
  Start();
  for (int i = 0; i < 3; ++i) {
    Exit();
    Pass(absl::Seconds(10));
  }
  EXPECT_EQ(ending_, Ending::kNotReady) << "the scheduler does not hear why";
  EXPECT_EQ(handler_.started, 3);
}

TEST_F(WorkerAgentHandler, AHandlerThatNeverAsksForWorkEndsTheAgent) {
  Start();
  Pass(absl::Minutes(7) - absl::Seconds(1));
  EXPECT_EQ(handler_.terminated, 0);
  Pass(absl::Seconds(1));
  EXPECT_EQ(handler_.terminated, 1);
  Exit();
  Welcome();
  EXPECT_EQ(ending_, Ending::kNotReady);
  EXPECT_EQ(scheduler_.Sent<Event>().at(0).reason, "handler did not ask for work in time");
}

TEST_F(WorkerAgentHandler, AJobThatNoPollFetchesIsGivenBack) {
  StartServing();
  agent_->OnTakeEnded(poll_.get());
  Assign({"a"});
  Pass(Attempts::kTakeWithin);
  const auto releases = scheduler_.Sent<Release>();
  ASSERT_THAT(releases, SizeIs(1));
  EXPECT_THAT(releases[0].leases, ElementsAre(LeaseId{"a", 1}));
  EXPECT_TRUE(releases[0].unbegun);
  EXPECT_EQ(handler_.terminated, 1);
}

TEST_F(WorkerAgentEnd, AnIdleAgentDrainsAtOnce) {
  StartServing();
  agent_->Drain();
  EXPECT_THAT(scheduler_.Sent<Draining>(), SizeIs(1));
  EXPECT_TRUE(poll_->nothing);
  EXPECT_EQ(handler_.terminated, 1);
  EXPECT_FALSE(ending_.has_value());
  Exit(true, "exited with status 0");
  EXPECT_EQ(ending_, Ending::kDrained);
}

TEST_F(WorkerAgentEnd, ADrainIsToldToASchedulerThatHasNotWelcomedUsYet) {
  Start();
  Take();
  agent_->Drain();
  EXPECT_THAT(scheduler_.Sent<Draining>(), SizeIs(1));
}

TEST_F(WorkerAgentEnd, ADrainWaitsForWhatRunsAndGivesBackTheRest) {
  StartServing(2);
  Assign({"a"});
  agent_->OnTakeEnded(poll_.get());
  Assign({"b"});
  agent_->OnDrain();
  EXPECT_THAT(scheduler_.Sent<Release>().at(0).leases, ElementsAre(LeaseId{"b", 1}));
  EXPECT_EQ(handler_.terminated, 0);
  Assign({"c"});
  EXPECT_THAT(scheduler_.Sent<Release>().at(1).leases, ElementsAre(LeaseId{"c", 1}));
  Done("a");
  EXPECT_EQ(results().at(0).credits, 0);
  EXPECT_EQ(handler_.terminated, 1);
  Exit(true);
  EXPECT_FALSE(ending_.has_value()) << "the result is not settled";
  agent_->OnSettled({{"a", 1}});
  EXPECT_EQ(ending_, Ending::kDrained);
}

TEST_F(WorkerAgentEnd, ADrainGivesBackWhatRunsForTooLong) {
  StartServing();
  Assign({"a"});
  agent_->Drain();
  Pass(kGrace);
  EXPECT_THAT(scheduler_.Sent<Release>().at(0).leases, ElementsAre(LeaseId{"a", 1}));
  EXPECT_FALSE(scheduler_.Sent<Release>().at(0).unbegun) << "it ran";
  EXPECT_EQ(handler_.terminated, 1);
  Pass(absl::Seconds(5));
  EXPECT_EQ(handler_.killed, 1);
  Exit();
  EXPECT_THAT(results(), IsEmpty());
  EXPECT_EQ(ending_, Ending::kDrained);
}

TEST_F(WorkerAgentEnd, ADrainOutlivesAReconnect) {
  StartServing();
  Assign({"a"});
  agent_->Drain();
  Disconnect();
  Pass(absl::Seconds(1));
  EXPECT_EQ(scheduler_.hellos.back().credits, 0);
  Welcome();
  EXPECT_THAT(scheduler_.Sent<Draining>(), SizeIs(2));
}

TEST_F(WorkerAgentEnd, UnsettledResultsDoNotHoldItForEver) {
  StartServing();
  Assign({"a"});
  Done("a");
  agent_->Drain();
  Exit(true);
  Pass(absl::Seconds(10));
  EXPECT_EQ(ending_, Ending::kDrained);
  EXPECT_THAT(spool_.records, SizeIs(1));
}

TEST_F(WorkerAgentEnd, AnAgentThatIsTooLongDisconnectedEnds) {
  StartServing();
  Assign({"a"});
  Disconnect();
  for (int i = 0; i < 290; ++i) {
    Pass(absl::Seconds(1));
    Disconnect();
  }
  EXPECT_EQ(handler_.terminated, 0);
  Pass(absl::Seconds(10));
  EXPECT_EQ(handler_.terminated, 1);
  Exit();
  EXPECT_EQ(ending_, Ending::kDisconnected);
}

struct RefusalCase {
  std::string name;
  absl::StatusCode code;
  std::optional<Ending> ending;
};

class WorkerAgentRefusal : public AgentTest, public ::testing::WithParamInterface<RefusalCase> {};

TEST_P(WorkerAgentRefusal, EndsWhereATryWouldEndAlike) {
  StartServing();
  Disconnect(GetParam().code);
  EXPECT_EQ(handler_.terminated, GetParam().ending ? 1 : 0);
  Exit();
  EXPECT_EQ(ending_, GetParam().ending);
}

INSTANTIATE_TEST_SUITE_P(Table, WorkerAgentRefusal,
                         ::testing::ValuesIn<RefusalCase>({
                             {"BadToken", absl::StatusCode::kUnauthenticated, Ending::kRefused},
                             {"ForeignToken", absl::StatusCode::kPermissionDenied,
                              Ending::kRefused},
                             {"BadHello", absl::StatusCode::kInvalidArgument, Ending::kMisplaced},
                             {"NoSuchEndpoint", absl::StatusCode::kNotFound, Ending::kMisplaced},
                             {"Unreachable", absl::StatusCode::kUnavailable, std::nullopt},
                             {"TooSlow", absl::StatusCode::kResourceExhausted, std::nullopt},
                             {"Restarted", absl::StatusCode::kOk, std::nullopt},
                             {"Broken", absl::StatusCode::kInternal, std::nullopt},
                         }),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace furnace::worker::testing

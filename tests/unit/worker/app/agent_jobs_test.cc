// The way of jobs through the agent.
#include <gmock/gmock.h>

#include "tests/support/worker/agent_fixture.h"

namespace furnace::worker::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using WorkerAgentJobs = AgentTest;

TEST_F(WorkerAgentJobs, DialsOnlyWhenTheHandlerAsksForWork) {
  Start();
  EXPECT_EQ(handler_.started, 1);
  EXPECT_THAT(scheduler_.hellos, IsEmpty());
  Pass(absl::Seconds(2));
  Take();
  ASSERT_THAT(scheduler_.hellos, SizeIs(1));
  EXPECT_EQ(scheduler_.hellos[0].cold_start, absl::Seconds(5));
  EXPECT_EQ(scheduler_.hellos[0].credits, 1);
}

TEST_F(WorkerAgentJobs, AnAssignmentGoesToTheWaitingPoll) {
  StartServing();
  Assign({"a"});
  EXPECT_THAT(poll_->ids, ElementsAre("a"));
}

TEST_F(WorkerAgentJobs, AnAssignmentWaitsForThePoll) {
  StartServing();
  Assign({"a"});
  Done("a");
  Assign({"b"});
  EXPECT_THAT(Take()->ids, ElementsAre("b"));
}

TEST_F(WorkerAgentJobs, ADeadPollGetsNoJob) {
  StartServing();
  poll_->alive = false;
  Assign({"a"});
  EXPECT_THAT(poll_->ids, IsEmpty());
  EXPECT_THAT(Take()->ids, ElementsAre("a"));
}

TEST_F(WorkerAgentJobs, APollThatEndedGetsNoJob) {
  StartServing();
  agent_->OnTakeEnded(poll_.get());
  Assign({"a"});
  EXPECT_THAT(poll_->ids, IsEmpty());
}

TEST_F(WorkerAgentJobs, AJobThatCouldNotBeWrittenGoesToTheNextPoll) {
  StartServing();
  Assign({"a"});
  poll_->failed();
  EXPECT_THAT(Take()->ids, ElementsAre("a"));
  EXPECT_THAT(results(), IsEmpty());
}

TEST_F(WorkerAgentJobs, AResultCarriesTheCreditOfItsSlot) {
  StartServing();
  Assign({"a"});
  Done("a", "42");
  ASSERT_THAT(results(), SizeIs(1));
  EXPECT_EQ(results()[0].lease, (LeaseId{"a", 1}));
  EXPECT_EQ(results()[0].outcome.output, "42");
  EXPECT_EQ(results()[0].credits, 1);
  EXPECT_EQ(credits(), 2);
}

TEST_F(WorkerAgentJobs, AReportIsAnsweredOnceItIsInTheSpool) {
  StartServing();
  Assign({"a"});
  const auto reply = Done("a");
  EXPECT_FALSE(reply->done);
  spool_.FinishSaving();
  EXPECT_TRUE(reply->done);
  EXPECT_THAT(spool_.records, SizeIs(1));
}

TEST_F(WorkerAgentJobs, AReportIsAnsweredOnceItIsSettled) {
  StartServing();
  Assign({"a"});
  const auto reply = Done("a");
  agent_->OnSettled({{"a", 1}});
  EXPECT_TRUE(reply->done);
  EXPECT_THAT(spool_.records, IsEmpty());
}

TEST_F(WorkerAgentJobs, ASecondReportOfAJobIsAnsweredAndDropped) {
  StartServing();
  Assign({"a"});
  const auto first = Done("a");
  const auto second = Done("a");
  EXPECT_FALSE(second->done) << "the result is not safe yet";
  EXPECT_TRUE(Chunk("a", "1")->done);
  spool_.FinishSaving();
  EXPECT_TRUE(first->done);
  EXPECT_TRUE(second->done);
  EXPECT_TRUE(Done("a")->done);
  EXPECT_THAT(results(), SizeIs(1));
}

TEST_F(WorkerAgentJobs, ReportsOfUnknownJobsAreAnsweredAndDropped) {
  StartServing();
  EXPECT_TRUE(Done("foreign")->done);
  EXPECT_TRUE(Chunk("foreign", "1")->done);
  EXPECT_THAT(scheduler_.sent, IsEmpty());
}

TEST_F(WorkerAgentJobs, ABatchBringsAsManyJobsAsThereAreSlots) {
  Start(3);
  Take();
  Welcome();
  EXPECT_EQ(credits(), 3);
  Assign({"a", "b", "c"});
  EXPECT_THAT(Take(true, 10)->ids, ElementsAre("b", "c"));
}

TEST_F(WorkerAgentJobs, ChunksGoToTheScheduler) {
  StartServing();
  Assign({"a"});
  EXPECT_TRUE(Chunk("a", "7")->done);
  const auto progress = scheduler_.Sent<Progress>();
  ASSERT_THAT(progress, SizeIs(1));
  EXPECT_THAT(progress[0].chunks, ElementsAre("7"));
}

TEST_F(WorkerAgentJobs, AHandlerWaitsWhileNothingIsStored) {
  StartServing();
  Assign({"a"});
  const std::string chunk(1 << 20, '1');
  for (int i = 0; i < 7; ++i) EXPECT_TRUE(Chunk("a", chunk)->done);
  const auto reply = Chunk("a", chunk);
  EXPECT_FALSE(reply->done || reply->busy);
  agent_->OnProgressStored({"a", 1}, 1);
  EXPECT_TRUE(reply->done);
  EXPECT_FALSE(Chunk("a", chunk)->done);
  EXPECT_EQ(scheduler_.Sent<Progress>().back().sequence, 8) << "the one that waits has no number";
}

TEST_F(WorkerAgentJobs, AReportWaitsForRoomOnlySoLong) {
  StartServing();
  Assign({"a"});
  scheduler_.backlog = kProgressBytesMax;
  const auto reply = Chunk("a", "7");
  Pass(kReportHold - absl::Milliseconds(1));
  EXPECT_FALSE(reply->done || reply->busy);
  Pass(absl::Milliseconds(1));
  EXPECT_TRUE(reply->busy);
  scheduler_.backlog = 0;
  Pass(absl::Minutes(1));
  EXPECT_THAT(scheduler_.Sent<Progress>(), IsEmpty()) << "or it would come twice";
}

TEST_F(WorkerAgentJobs, OfAJobOneReportWaits) {
  StartServing();
  Assign({"a"});
  scheduler_.backlog = kProgressBytesMax;
  const auto first = Chunk("a", "7");
  const auto second = Chunk("a", "7");
  EXPECT_TRUE(first->busy);
  agent_->OnCancel({"a", 1});
  EXPECT_TRUE(second->done) << "nobody wants it";
}

TEST_F(WorkerAgentJobs, AHandlerWaitsWhileTheSchedulerReadsSlowly) {
  StartServing();
  Assign({"a"});
  scheduler_.backlog = kProgressBytesMax;
  const auto reply = Chunk("a", "7");
  EXPECT_FALSE(reply->done || reply->busy);
  EXPECT_THAT(scheduler_.Sent<Progress>(), IsEmpty());
  scheduler_.backlog = 0;
  Pass(kHeartbeat);
  EXPECT_TRUE(reply->done);
  EXPECT_THAT(scheduler_.Sent<Progress>(), SizeIs(1));
}

TEST_F(WorkerAgentJobs, LargeProgressIsDroppedAndAnswered) {
  StartServing();
  Assign({"a"});
  Report report;
  report.progress = std::string(5000, '1');
  auto reply = std::make_shared<FakeReply>();
  agent_->OnReport("a", report, reply);
  EXPECT_TRUE(reply->done);
  EXPECT_THAT(scheduler_.Sent<Progress>(), IsEmpty());
}

TEST_F(WorkerAgentJobs, ATakeWithoutTheJobFailsIt) {
  StartServing();
  Assign({"a"});
  Take(false);
  ASSERT_THAT(results(), SizeIs(1));
  EXPECT_EQ(results()[0].outcome.cause, Cause::kHandlerError);
}

TEST_F(WorkerAgentJobs, ATakeOfABusyHandlerFailsNothing) {
  StartServing(2);
  Assign({"a"});
  Take(true);
  Take(std::nullopt);
  EXPECT_THAT(results(), IsEmpty());
}

TEST_F(WorkerAgentJobs, PingsThatStopNamingAJobFailIt) {
  StartServing();
  Assign({"a"});
  agent_->OnPing({"a", "foreign"});
  Pass(absl::Seconds(6));
  agent_->OnPing({});
  agent_->OnPing({});
  EXPECT_THAT(results(), IsEmpty());
  agent_->OnPing({});
  ASSERT_THAT(results(), SizeIs(1));
  EXPECT_EQ(results()[0].outcome.cause, Cause::kHandlerError);
}

TEST_F(WorkerAgentJobs, PingsOfReleasesThatShareTheirListSayNothing) {
  StartServing();
  TakeRequest request;
  request.sdk = SdkVersion{1, 9, 0};
  agent_->OnTake(request, std::make_shared<FakePoll>(1));
  Assign({"a"});
  agent_->OnPing({"a"});
  Pass(absl::Seconds(6));
  for (int i = 0; i < 5; ++i) agent_->OnPing({});
  EXPECT_THAT(results(), IsEmpty());
}

// What a handler streams, and what its result is, by the tokens that they tell of.
Report ChunkWith(std::int64_t tokens) {
  Report report;
  report.chunk = "1";
  report.chunk_tokens = tokens;
  return report;
}

Report ResultWith(std::int64_t tokens) {
  Report report;
  report.outcome.emplace();
  report.outcome->output = "[]";
  report.outcome->tokens = tokens;
  return report;
}

TEST_F(WorkerAgentJobs, AResultTellsItsTokensOrElseThoseOfTheLastChunk) {
  StartServing(3);
  Take(std::nullopt, 3);
  Assign({"told", "streamed", "failed"});
  Take(std::nullopt, 3);
  const auto report = [this](const char* job, const Report& what) {
    agent_->OnReport(job, what, std::make_shared<FakeReply>());
  };
  for (const char* job : {"told", "streamed", "failed"}) {
    for (const std::int64_t tokens : {5, 9, 0}) report(job, ChunkWith(tokens));
  }
  report("told", ResultWith(7));
  report("streamed", ResultWith(0));
  Report failure;
  failure.outcome = Failure(Cause::kHandlerError, "x");
  report("failed", failure);
  std::vector<std::int64_t> tokens;
  for (const Result& result : results()) tokens.push_back(result.outcome.tokens);
  EXPECT_THAT(tokens, ElementsAre(7, 9, 0));
  EXPECT_EQ((spool_.records[{"streamed", 1}].outcome.tokens), 9);
}

TEST_F(WorkerAgentJobs, AResultThatIsSentAgainTellsItsTokens) {
  StartServing();
  Assign({"a"});
  agent_->OnReport("a", ResultWith(7), std::make_shared<FakeReply>());
  Disconnect();
  Pass(absl::Seconds(1));
  Welcome();
  ASSERT_THAT(results(), SizeIs(2));
  EXPECT_EQ(results().back().outcome.tokens, 7);
}

TEST_F(WorkerAgentJobs, ALostLeaseDropsTheResult) {
  StartServing();
  Assign({"a"});
  Done("a");
  agent_->OnLeaseLost({{"a", 1}});
  EXPECT_THAT(spool_.records, IsEmpty());
  Disconnect();
  Pass(absl::Seconds(1));
  EXPECT_THAT(scheduler_.hellos.back().leases, IsEmpty());
}

TEST_F(WorkerAgentJobs, WordOfAnOlderAttemptDoesNotTouchTheNewOne) {
  StartServing();
  agent_->OnAssignments({Assignment{{"a", 2}, "{}", absl::Minutes(1)}});
  agent_->OnLeaseLost({{"a", 1}});
  agent_->OnCancel({"a", 1});
  agent_->OnSettled({{"a", 1}});
  EXPECT_EQ(handler_.terminated, 0);
  Done("a");
  EXPECT_EQ(results().at(0).lease.epoch, 2);
}

TEST_F(WorkerAgentJobs, NoWorkIsAskedForWhileTheSpoolFails) {
  StartServing();
  Assign({"a"});
  spool_.fails = true;
  const auto reply = Done("a");
  EXPECT_EQ(credits(), 1);
  spool_.fails = false;
  agent_->OnSettled({{"a", 1}});
  EXPECT_TRUE(reply->done);
  EXPECT_EQ(credits(), 2);
}

TEST_F(WorkerAgentJobs, NoWorkIsAskedForWhileTooManyResultsAreUnsettled) {
  StartServing();
  Assign({"a"});
  const std::size_t half = kUnsettledBytesMax / 2;
  Done("a", std::string(half, '1'));
  EXPECT_EQ(credits(), 2);
  Assign({"b"});
  Take();
  Done("b", std::string(half, '1'));
  EXPECT_EQ(credits(), 2);
  agent_->OnSettled({{"a", 1}});
  EXPECT_EQ(credits(), 3);
}

}  // namespace
}  // namespace furnace::worker::testing

// Handlers that take several jobs, and handlers on Furnace's own package.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sysexits.h>

#include <csignal>
#include <set>

#include "tests/support/worker/fake_scheduler.h"
#include "tests/support/worker/worker_process.h"

namespace furnace::worker::testing {
namespace {

using furnace::v1::Result;
using ::testing::HasSubstr;

std::string JobId(int number) {
  return "00000000-0000-7000-8000-00000000000" + std::to_string(number);
}

class WorkerHandlers : public ::testing::Test {
 protected:
  furnace::v1::Hello Start(const std::string& handler, WorkerProcess::Settings settings = {}) {
    worker_.emplace(scheduler_.address(), handler, std::move(settings));
    worker_->Start();
    return scheduler_.AwaitHello().hello();
  }
  Result Run(int number, const std::string& input) {
    scheduler_.Assign(JobId(number), input);
    return scheduler_.AwaitResult(JobId(number));
  }

  FakeScheduler scheduler_;
  std::optional<WorkerProcess> worker_;
};

TEST_F(WorkerHandlers, JobsOfABatchRunAtATime) {
  EXPECT_EQ(Start("batch.py", {{"FURNACE_WORKER_CONCURRENCY", "4"}}).credits(), 4);
  for (int i = 1; i <= 4; ++i) scheduler_.Assign(JobId(i), std::to_string(i));
  worker_->AwaitFile("has-four");
  worker_->LeaveFile("go");
  for (int i = 1; i <= 4; ++i) {
    const Result result = scheduler_.AwaitResult(JobId(i));
    EXPECT_EQ(result.output(), std::to_string(i));
    EXPECT_EQ(result.credits(), 1);
  }
}

TEST_F(WorkerHandlers, ShortJobsAreTakenSeveralAtATime) {
  Start("arrays.py");
  EXPECT_EQ(Run(1, "1").waited_us(), 0);
  EXPECT_EQ(worker_->AwaitFile("took-1"), "1");
  for (int i = 2; i <= 4; ++i) scheduler_.Assign(JobId(i), std::to_string(i));
  scheduler_.Await([](const auto& r) { return r.heartbeat().leases_size() == 3; },
                   "a heartbeat with three jobs");
  worker_->LeaveFile("go-1");
  EXPECT_EQ(worker_->AwaitFile("took-2"), "3");
  for (int i = 2; i <= 4; ++i) {
    const Result result = scheduler_.AwaitResult(JobId(i));
    EXPECT_EQ(result.output(), std::to_string(i));
    EXPECT_GT(result.waited_us(), 0);
  }
}

TEST_F(WorkerHandlers, APollThatWasHungUpGetsNoJob) {
  Start("hangup.py");
  worker_->AwaitFile("ready");
  EXPECT_EQ(Run(1, "1").output(), R"("third poll")");
}

TEST_F(WorkerHandlers, AHandlerThatStopsWhenAskedIsNotReplaced) {
  Start("stoppable.py");
  scheduler_.Assign(JobId(1), R"("hang")");
  const std::string pid = worker_->AwaitFile("hangs");
  scheduler_.Cancel(JobId(1));
  EXPECT_EQ(Run(2, R"("pid")").output(), pid);
}

TEST_F(WorkerHandlers, OurPackageReturnsResultsAndProgress) {
  Start("sdk.py");
  EXPECT_EQ(Run(1, R"({"op":"double","number":21})").output(), R"({"doubled": 42})");
  const auto progress =
      scheduler_.Await([](const auto& r) { return r.has_progress(); }, "progress");
  EXPECT_EQ(progress.progress().progress(), R"({"stage": 1})");
}

TEST_F(WorkerHandlers, OurPackageReportsWhatIsRaised) {
  Start("sdk.py");
  const Result raised = Run(1, R"({"op":"raise"})");
  EXPECT_EQ(raised.cause(), furnace::v1::FAILURE_CAUSE_HANDLER_ERROR);
  EXPECT_THAT(raised.error(), HasSubstr("bad input"));
  const Result no_json = Run(2, R"({"op":"nan"})");
  EXPECT_EQ(no_json.cause(), furnace::v1::FAILURE_CAUSE_HANDLER_ERROR);
}

TEST_F(WorkerHandlers, OurPackageStreams) {
  Start("sdk_generator.py");
  const Result result = Run(1, "3");
  EXPECT_EQ(result.output(), R"([{"number": 0}, {"number": 1}, {"number": 2}])");
  for (int i = 0; i < 3; ++i) {
    const auto chunk = scheduler_.Await([](const auto& r) { return r.has_progress(); }, "a chunk");
    EXPECT_EQ(chunk.progress().chunks(0), "{\"number\": " + std::to_string(i) + "}");
  }
}

TEST_F(WorkerHandlers, TokensAreThoseOfTheResultOrElseOfWhatWasStreamed) {
  Start("sdk_usage.py");
  EXPECT_EQ(Run(1, R"({"chunks": 3, "total": 20})").tokens(), 20);
  const Result streamed = Run(2, R"({"chunks": 3})");
  EXPECT_EQ(streamed.output(), "[]");
  EXPECT_EQ(streamed.tokens(), 13);
  EXPECT_EQ(Run(3, R"({"chunks": 0})").tokens(), 0);
}

TEST_F(WorkerHandlers, OurPackageIsReplacedAfterAJobThatAsksForIt) {
  Start("sdk.py");
  std::set<std::string> processes;
  for (int i = 1; i <= 3; ++i) processes.insert(Run(i, R"({"op":"fresh"})").output());
  EXPECT_EQ(processes.size(), 3u);
}

TEST_F(WorkerHandlers, OurPackageDrains) {
  Start("sdk.py");
  EXPECT_EQ(Run(1, R"({"op":"double","number":1})").output(), R"({"doubled": 2})");
  worker_->Signal(SIGTERM);
  EXPECT_EQ(worker_->Wait(), EX_OK);
  EXPECT_THAT(worker_->Log(), HasSubstr("handler exited with status 0"));
}

}  // namespace
}  // namespace furnace::worker::testing

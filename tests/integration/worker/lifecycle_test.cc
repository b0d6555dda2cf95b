// The agent's life: sessions that break, processes that are killed, drains.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sysexits.h>

#include <csignal>
#include <fstream>

#include "tests/support/worker/fake_scheduler.h"
#include "tests/support/worker/worker_process.h"

namespace furnace::worker::testing {
namespace {

using ::testing::HasSubstr;

constexpr char kJob[] = "00000000-0000-7000-8000-000000000001";
constexpr char kOtherJob[] = "00000000-0000-7000-8000-000000000002";

bool IsDraining(const FakeScheduler::Request& request) { return request.has_draining(); }
bool IsRelease(const FakeScheduler::Request& request) { return request.has_release(); }
bool IsCredit(const FakeScheduler::Request& request) { return request.has_credit(); }

class WorkerLifecycle : public ::testing::Test {
 protected:
  // Starts a worker that is connected.
  void StartWorker(const std::string& handler = "by_hand.py",
                   WorkerProcess::Settings settings = {}) {
    worker_.emplace(scheduler_.address(), handler, std::move(settings));
    worker_->Start();
    scheduler_.AwaitHello();
  }
  void AwaitSpoolFiles(std::size_t count) {
    WorkerProcess::AwaitThat([&] { return worker_->SpoolFiles(".result") == count; },
                             "the spool holds so many files");
  }

  FakeScheduler scheduler_;
  std::optional<WorkerProcess> worker_;
};

TEST_F(WorkerLifecycle, UnsettledResultsAreRepeatedAfterAReconnect) {
  StartWorker();
  scheduler_.Settles(false);
  scheduler_.Assign(kJob, R"({"op":"echo"})");
  scheduler_.AwaitResult(kJob);
  scheduler_.Disconnect();
  const auto hello = scheduler_.AwaitHello().hello();
  EXPECT_EQ(hello.cold_start_ms(), 0);
  ASSERT_EQ(hello.leases_size(), 1);
  EXPECT_EQ(hello.leases(0).job_id(), kJob);
  EXPECT_EQ(scheduler_.AwaitResult(kJob).output(), R"({"op": "echo"})");
  scheduler_.Settle(kJob);
  AwaitSpoolFiles(0);
  scheduler_.Disconnect();
  EXPECT_EQ(scheduler_.AwaitHello().hello().leases_size(), 0);
}

TEST_F(WorkerLifecycle, AJobEndsWhileTheSchedulerIsAway) {
  StartWorker();
  scheduler_.Assign(kJob, R"({"op":"wait"})");
  worker_->AwaitFile(std::string("waits-") + kJob);
  scheduler_.GoAway();
  worker_->LeaveFile("go");
  AwaitSpoolFiles(1);
  scheduler_.ComeBack();
  EXPECT_EQ(scheduler_.AwaitHello().hello().leases_size(), 1);
  EXPECT_EQ(scheduler_.AwaitResult(kJob).output(), R"("waited")");
}

TEST_F(WorkerLifecycle, AResultOutlivesAKilledAgent) {
  StartWorker();
  scheduler_.Settles(false);
  scheduler_.Assign(kJob, R"({"op":"echo"})");
  scheduler_.AwaitResult(kJob);
  AwaitSpoolFiles(1);
  worker_->Signal(SIGKILL);
  EXPECT_EQ(worker_->Wait(), 128 + SIGKILL);

  scheduler_.Settles(true);
  worker_->Start();
  const auto hello = scheduler_.AwaitHello().hello();
  ASSERT_EQ(hello.leases_size(), 1);
  EXPECT_EQ(hello.leases(0).job_id(), kJob);
  EXPECT_EQ(hello.credits(), 0) << "its handler is not ready yet";
  EXPECT_EQ(scheduler_.AwaitResult(kJob).output(), R"({"op": "echo"})");
  EXPECT_EQ(scheduler_.Await(IsCredit, "Credit").credit().count(), 1);
  AwaitSpoolFiles(0);
}

TEST_F(WorkerLifecycle, ADamagedSpoolFileIsSetAside) {
  StartWorker();
  worker_->Signal(SIGKILL);
  worker_->Wait();
  std::ofstream(worker_->spool() / "x.1.result") << "nonsense";
  worker_->Start();
  EXPECT_EQ(scheduler_.AwaitHello().hello().leases_size(), 0);
  EXPECT_EQ(worker_->SpoolFiles(".corrupt"), 1u);
}

TEST_F(WorkerLifecycle, AKilledAgentLeavesNoHandler) {
  StartWorker();
  scheduler_.Assign(kJob, R"({"op":"hang"})");
  const std::string pid = worker_->AwaitFile(std::string("hangs-") + kJob);
  ASSERT_TRUE(WorkerProcess::Lives(pid));
  worker_->Signal(SIGKILL);
  worker_->Wait();
  WorkerProcess::AwaitThat([&] { return !WorkerProcess::Lives(pid); }, "the handler ended");
}

TEST_F(WorkerLifecycle, AHandlerThatEndsLeavesNoChildren) {
  StartWorker();
  scheduler_.Assign(kJob, R"({"op":"orphan"})");
  scheduler_.AwaitResult(kJob);
  const std::string pid = worker_->AwaitFile("child");
  WorkerProcess::AwaitThat([&] { return !WorkerProcess::Lives(pid); }, "the child ended");
}

TEST_F(WorkerLifecycle, WhatAHandlerPrintsIsLogged) {
  StartWorker();
  scheduler_.Assign(kJob, R"({"op":"exit","status":3})");
  scheduler_.AwaitResult(kJob);
  EXPECT_THAT(worker_->Log(), HasSubstr("[worker-1] about to exit"));
}

TEST_F(WorkerLifecycle, AnIdleAgentEndsOnSigterm) {
  StartWorker();
  worker_->Signal(SIGTERM);
  scheduler_.Await(IsDraining, "Draining");
  EXPECT_EQ(worker_->Wait(), EX_OK);
  worker_->AwaitFile("terminated");
}

TEST_F(WorkerLifecycle, ADrainingAgentFinishesItsJob) {
  StartWorker();
  scheduler_.Assign(kJob, R"({"op":"wait"})");
  worker_->AwaitFile(std::string("waits-") + kJob);
  worker_->Signal(SIGTERM);
  scheduler_.Await(IsDraining, "Draining");
  worker_->LeaveFile("go");
  const auto result = scheduler_.AwaitResult(kJob);
  EXPECT_EQ(result.output(), R"("waited")");
  EXPECT_EQ(result.credits(), 0);
  EXPECT_EQ(worker_->Wait(), EX_OK);
  EXPECT_EQ(worker_->SpoolFiles(".result"), 0u);
}

TEST_F(WorkerLifecycle, ADrainingAgentGivesBackWhatWaits) {
  StartWorker("by_hand.py", {{"FURNACE_WORKER_CONCURRENCY", "2"}});
  scheduler_.Assign(kJob, R"({"op":"wait"})");
  worker_->AwaitFile(std::string("waits-") + kJob);
  scheduler_.Assign(kOtherJob, R"({"op":"echo"})");
  scheduler_.Drain();
  const auto release = scheduler_.Await(IsRelease, "Release").release();
  ASSERT_EQ(release.leases_size(), 1);
  EXPECT_EQ(release.leases(0).job_id(), kOtherJob);
  worker_->LeaveFile("go");
  scheduler_.AwaitResult(kJob);
  EXPECT_EQ(worker_->Wait(), EX_OK);
}

TEST_F(WorkerLifecycle, ADrainingAgentGivesBackWhatRunsForTooLong) {
  StartWorker("by_hand.py", {{"FURNACE_DRAIN_GRACE", "100ms"}});
  scheduler_.Assign(kJob, R"({"op":"hang"})");
  worker_->AwaitFile(std::string("hangs-") + kJob);
  worker_->Signal(SIGTERM);
  const auto release = scheduler_.Await(IsRelease, "Release").release();
  ASSERT_EQ(release.leases_size(), 1);
  EXPECT_EQ(release.leases(0).job_id(), kJob);
  EXPECT_EQ(worker_->Wait(), EX_OK);
}

TEST_F(WorkerLifecycle, AnAgentThatCannotReachTheSchedulerEnds) {
  StartWorker("by_hand.py", {{"FURNACE_DISCONNECT_LIMIT", "1s"}});
  scheduler_.GoAway();
  EXPECT_EQ(worker_->Wait(), EX_UNAVAILABLE);
}

TEST_F(WorkerLifecycle, AHandlerThatDoesNotStartEndsTheAgent) {
  worker_.emplace(scheduler_.address(), "crash.py");
  worker_->Start();
  EXPECT_EQ(worker_->Wait(), EX_UNAVAILABLE);
  EXPECT_THAT(worker_->Log(),
              HasSubstr("the handler does not come up: it exited with status 1: no model"));
  EXPECT_EQ(scheduler_.AwaitHello().hello().credits(), 0);
  const auto event = scheduler_.Await([](const auto& r) { return r.has_event(); }, "an event");
  EXPECT_EQ(event.event().reason(), "handler exited with status 1: no model");
}

TEST_F(WorkerLifecycle, ACheckThatAHandlerFailedIsToldAndEndsTheAgent) {
  worker_.emplace(scheduler_.address(), "unhealthy.py");
  worker_->Start();
  const auto event = scheduler_.Await([](const auto& r) { return r.has_event(); }, "an event");
  EXPECT_EQ(event.event().check(), "memory");
  EXPECT_EQ(event.event().reason(), "2 GB of 4");
  EXPECT_EQ(worker_->Wait(), EX_UNAVAILABLE);
  EXPECT_THAT(worker_->Log(), HasSubstr("it exited with status 1: memory: 2 GB of 4"));
}

TEST_F(WorkerLifecycle, AHandlerThatIsNotThereEndsTheAgent) {
  worker_.emplace(scheduler_.address(), "missing");
  worker_->Start();
  EXPECT_EQ(worker_->Wait(), EX_UNAVAILABLE);
  EXPECT_THAT(worker_->Log(), HasSubstr("did not start: cannot run ./missing"));
}

TEST_F(WorkerLifecycle, BadSettingsEndTheAgent) {
  worker_.emplace(scheduler_.address(), "by_hand.py",
                  WorkerProcess::Settings{{"FURNACE_ENDPOINT_ID", "none"}});
  worker_->Start();
  EXPECT_EQ(worker_->Wait(), EX_CONFIG);
  EXPECT_THAT(worker_->Log(), HasSubstr("FURNACE_ENDPOINT_ID: not a UUID"));
}

struct RefusalCase {
  std::string name;
  grpc::StatusCode code;
  int exit_code;
};

class WorkerRefusal : public ::testing::TestWithParam<RefusalCase> {};

TEST_P(WorkerRefusal, EndsTheAgent) {
  FakeScheduler::Behaviour behaviour;
  behaviour.refusal = {GetParam().code, "go away"};
  FakeScheduler scheduler(behaviour);
  WorkerProcess worker(scheduler.address(), "by_hand.py");
  worker.Start();
  EXPECT_EQ(worker.Wait(), GetParam().exit_code);
  EXPECT_THAT(worker.Log(), HasSubstr("go away"));
}

INSTANTIATE_TEST_SUITE_P(Table, WorkerRefusal,
                         ::testing::ValuesIn<RefusalCase>({
                             {"BadToken", grpc::StatusCode::UNAUTHENTICATED, EX_NOPERM},
                             {"BadHello", grpc::StatusCode::INVALID_ARGUMENT, EX_CONFIG},
                             {"NoSuchEndpoint", grpc::StatusCode::NOT_FOUND, EX_CONFIG},
                         }),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace furnace::worker::testing

// Jobs through a real agent and a real handler.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/worker/fake_scheduler.h"
#include "tests/support/worker/worker_process.h"

namespace furnace::worker::testing {
namespace {

using furnace::v1::Result;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kJob[] = "00000000-0000-7000-8000-000000000001";
constexpr char kOtherJob[] = "00000000-0000-7000-8000-000000000002";

class WorkerJobs : public ::testing::Test {
 protected:
  void SetUp() override {
    worker_.Start();
    hello_ = scheduler_.AwaitHello().hello();
  }

  Result Run(const std::string& input) {
    scheduler_.Assign(kJob, input);
    return scheduler_.AwaitResult(kJob);
  }

  FakeScheduler scheduler_;
  WorkerProcess worker_{scheduler_.address(), "by_hand.py"};
  furnace::v1::Hello hello_;
};

TEST_F(WorkerJobs, HelloSaysWhoItIsOnceTheHandlerAsksForWork) {
  EXPECT_EQ(hello_.worker_id(), WorkerProcess::kWorkerId);
  EXPECT_EQ(hello_.endpoint_id(), WorkerProcess::kEndpointId);
  EXPECT_EQ(hello_.endpoint_revision(), 7);
  EXPECT_EQ(hello_.gpu_type(), "rtx4000");
  EXPECT_EQ(hello_.gpu_count(), 1);
  EXPECT_EQ(hello_.vram_mib(), 20480);
  EXPECT_GT(hello_.cold_start_ms(), 0);
  EXPECT_EQ(hello_.leases_size(), 0);
  EXPECT_EQ(hello_.credits(), 1);
  EXPECT_EQ(scheduler_.Tokens().front(), std::string("Bearer ") + WorkerProcess::kToken);
}

TEST_F(WorkerJobs, InputAndOutputTravelByteForByte) {
  const Result result = Run(R"({"op":"body","body":"{\"output\":{\"é\" : 1.50}}"})");
  EXPECT_EQ(result.output(), R"({"é" : 1.50})");
  EXPECT_EQ(result.cause(), furnace::v1::FAILURE_CAUSE_UNSPECIFIED);
  EXPECT_EQ(result.lease().epoch(), 1);
  EXPECT_EQ(result.credits(), 1);
}

TEST_F(WorkerJobs, OneJobFollowsAnother) {
  for (int epoch = 1; epoch <= 20; ++epoch) {
    scheduler_.Assign(kJob, R"({"op":"echo"})", epoch);
    const Result result = scheduler_.AwaitResult(kJob);
    EXPECT_EQ(result.lease().epoch(), epoch);
    EXPECT_EQ(result.output(), R"({"op": "echo"})");
  }
}

TEST_F(WorkerJobs, ErrorsFailTheJob) {
  const Result result = Run(R"({"op":"body","body":{"error":{"code":7}}})");
  EXPECT_EQ(result.cause(), furnace::v1::FAILURE_CAUSE_HANDLER_ERROR);
  EXPECT_EQ(result.error(), R"({"code": 7})");
}

TEST_F(WorkerJobs, WhatIsNoJsonFailsTheJobAndIsAnsweredWith200) {
  const Result result = Run(R"({"op":"body","body":"{\"output\": {1, 2}}"})");
  EXPECT_EQ(result.cause(), furnace::v1::FAILURE_CAUSE_HANDLER_ERROR);
  EXPECT_THAT(result.error(), StartsWith("handler returned invalid JSON: "));
  EXPECT_EQ(worker_.AwaitFile("answer"), "200");
}

TEST_F(WorkerJobs, TheLargestOutputIsTaken) {
  const Result result = Run(R"({"op":"large","bytes":67108862})");
  EXPECT_EQ(result.output().size(), 67108864u);
  EXPECT_EQ(worker_.AwaitFile("answer"), "200");
}

TEST_F(WorkerJobs, ALargerOutputFailsTheJobAndIsAnsweredWith200) {
  const Result result = Run(R"({"op":"large","bytes":80000000})");
  EXPECT_EQ(result.cause(), furnace::v1::FAILURE_CAUSE_HANDLER_ERROR);
  EXPECT_THAT(result.error(), HasSubstr("more than the 67108864 allowed"));
  EXPECT_EQ(worker_.AwaitFile("answer"), "200");
}

TEST_F(WorkerJobs, ProgressAndChunksComeBeforeTheResult) {
  scheduler_.Assign(kJob, R"({"op":"show"})");
  const auto is_progress = [](const auto& request) { return request.has_progress(); };
  EXPECT_EQ(scheduler_.Await(is_progress, "progress").progress().progress(), R"({"percent": 50})");
  EXPECT_EQ(scheduler_.Await(is_progress, "chunk").progress().chunks(0), R"("a")");
  EXPECT_EQ(scheduler_.Await(is_progress, "chunk").progress().chunks(0), R"({"b": 1})");
  EXPECT_EQ(scheduler_.AwaitResult(kJob).output(), "[]");
}

TEST_F(WorkerJobs, AHandlerThatExitsFailsItsJobAndIsStartedAgain) {
  const Result result = Run(R"({"op":"exit","status":3})");
  EXPECT_EQ(result.cause(), furnace::v1::FAILURE_CAUSE_HANDLER_EXITED);
  EXPECT_EQ(result.error(), "handler exited with status 3");
  EXPECT_EQ(result.credits(), 0);
  const auto credit = scheduler_.Await([](const auto& r) { return r.has_credit(); }, "Credit");
  EXPECT_EQ(credit.credit().count(), 1);
  scheduler_.Assign(kOtherJob, R"({"op":"echo"})");
  EXPECT_EQ(scheduler_.AwaitResult(kOtherJob).output(), R"({"op": "echo"})");
}

TEST_F(WorkerJobs, AHandlerThatIsKilledFailsItsJob) {
  const Result result = Run(R"({"op":"kill"})");
  EXPECT_EQ(result.cause(), furnace::v1::FAILURE_CAUSE_HANDLER_EXITED);
  EXPECT_EQ(result.error(), "handler was killed by signal 9 (SIGKILL)");
}

TEST_F(WorkerJobs, AJobThatRunsTooLongIsStopped) {
  scheduler_.Assign(kJob, R"({"op":"hang"})", 1, 300);
  const Result result = scheduler_.AwaitResult(kJob);
  EXPECT_EQ(result.cause(), furnace::v1::FAILURE_CAUSE_TIMEOUT);
  EXPECT_EQ(result.error(), "executionTimeout exceeded: 0.3 s");
  scheduler_.Assign(kOtherJob, R"({"op":"echo"})");
  EXPECT_EQ(scheduler_.AwaitResult(kOtherJob).output(), R"({"op": "echo"})");
}

TEST_F(WorkerJobs, AJobThatTheHandlerForgetsFails) {
  const Result result = Run(R"({"op":"silent"})");
  EXPECT_EQ(result.cause(), furnace::v1::FAILURE_CAUSE_HANDLER_ERROR);
  EXPECT_EQ(result.error(), "handler went on without reporting a result");
}

TEST_F(WorkerJobs, CancelStopsTheHandlerAndSendsNoResult) {
  scheduler_.Assign(kJob, R"({"op":"hang"})");
  worker_.AwaitFile(std::string("hangs-") + kJob);
  scheduler_.Cancel(kJob);
  worker_.AwaitFile("terminated");
  scheduler_.Assign(kOtherJob, R"({"op":"echo"})");
  EXPECT_EQ(scheduler_.AwaitResult().lease().job_id(), kOtherJob);
}

TEST_F(WorkerJobs, ALostLeaseStopsTheHandlerAndSendsNoResult) {
  scheduler_.Assign(kJob, R"({"op":"hang"})");
  worker_.AwaitFile(std::string("hangs-") + kJob);
  scheduler_.LoseLease(kJob);
  worker_.AwaitFile("terminated");
  scheduler_.Assign(kJob, R"({"op":"echo"})", 2);
  EXPECT_EQ(scheduler_.AwaitResult().lease().epoch(), 2);
}

TEST_F(WorkerJobs, HeartbeatsNameWhatIsLeased) {
  scheduler_.Assign(kJob, R"({"op":"hang"})");
  scheduler_.Await(
      [](const auto& request) {
        return request.has_heartbeat() && request.heartbeat().leases_size() == 1 &&
               request.heartbeat().leases(0).job_id() == kJob;
      },
      "a heartbeat with the job");
}

TEST_F(WorkerJobs, TheHandlerSeesNoSecretOfTheAgent) {
  const std::string environment = Run(R"({"op":"environment"})").output();
  EXPECT_THAT(environment, Not(HasSubstr(WorkerProcess::kToken)));
  EXPECT_THAT(environment, Not(HasSubstr("FURNACE_")));
  EXPECT_THAT(environment, HasSubstr(R"("RUNPOD_POD_ID": "worker-1")"));
  scheduler_.Assign(kOtherJob, R"({"op":"parent"})");
  EXPECT_THAT(scheduler_.AwaitResult(kOtherJob).output(), Not(HasSubstr(WorkerProcess::kToken)));
}

TEST_F(WorkerJobs, OnlyTheHandlersSecretIsHeard) {
  EXPECT_EQ(Run(R"({"op":"stranger"})").output(), "[401, 401, 200]");
}

}  // namespace
}  // namespace furnace::worker::testing

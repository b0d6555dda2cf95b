// What the agent makes of the GPUs beside it.
#include <gmock/gmock.h>

#include "tests/support/worker/agent_fixture.h"

namespace furnace::worker::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using WorkerAgentGpu = AgentTest;

const GpuInfo kGpu = {.uuid = "GPU-1", .model = "NVIDIA H200", .memory_mib = 143'771};

std::vector<std::int64_t> PeaksOf(const std::vector<Result>& results) {
  std::vector<std::int64_t> peaks;
  for (const Result& result : results) peaks.push_back(result.outcome.gpu_memory_peak_mib);
  return peaks;
}

TEST_F(WorkerAgentGpu, TheHelloNamesTheGpus) {
  Start();
  agent_->OnGpus({kGpu});
  Take();
  ASSERT_THAT(scheduler_.hellos, SizeIs(1));
  EXPECT_THAT(scheduler_.hellos[0].gpus, ElementsAre(kGpu));
}

TEST_F(WorkerAgentGpu, AHelloBeforeTheDriverAnswersNamesNone) {
  StartServing();
  EXPECT_THAT(scheduler_.hellos[0].gpus, IsEmpty());
}

TEST_F(WorkerAgentGpu, HeartbeatsCarryTheLastReadings) {
  StartServing();
  Pass(kHeartbeat);
  agent_->OnGpuReadings({{.uuid = "GPU-1", .temperature_celsius = 50}});
  agent_->OnGpuReadings({{.uuid = "GPU-1", .temperature_celsius = 60}});
  Pass(kHeartbeat);
  const auto heartbeats = scheduler_.Sent<Heartbeat>();
  ASSERT_THAT(heartbeats, SizeIs(2));
  EXPECT_THAT(heartbeats[0].gpus, IsEmpty());
  ASSERT_THAT(heartbeats[1].gpus, SizeIs(1));
  EXPECT_EQ(heartbeats[1].gpus[0].temperature_celsius, 60);
}

TEST_F(WorkerAgentGpu, AResultTellsTheMostMemoryThatItsJobHad) {
  StartServing(2);
  Assign({"a"});
  Take(std::nullopt);
  Assign({"b"});
  agent_->OnHandlerMemory(900);
  agent_->OnHandlerMemory(300);
  Done("a");
  Take(std::nullopt);
  agent_->OnHandlerMemory(400);
  Done("b");
  EXPECT_THAT(PeaksOf(results()), ElementsAre(900, 900));
}

TEST_F(WorkerAgentGpu, AJobThatLiesBehindAnotherUsesNone) {
  const SdkVersion sdk{1, 12, 0};
  Start();
  TakeAs(sdk);
  Welcome();
  Assign({"first"});
  clock_.now += absl::Milliseconds(2);
  Done("first");
  Assign({"a", "b"});
  ASSERT_EQ(TakeAs(sdk)->ids.size(), 2u);
  agent_->OnHandlerMemory(900);
  Done("a");
  agent_->OnHandlerMemory(300);
  Done("b");
  EXPECT_THAT(PeaksOf(results()), ElementsAre(0, 900, 300));
}

TEST_F(WorkerAgentGpu, TheResultInTheSpoolTellsItToo) {
  StartServing();
  Assign({"a"});
  agent_->OnHandlerMemory(900);
  Done("a");
  EXPECT_EQ((spool_.records[{"a", 1}].outcome.gpu_memory_peak_mib), 900);
}

TEST_F(WorkerAgentGpu, AFailureTellsItAndTheNextHandlerStartsFromNothing) {
  StartServing();
  Assign({"a"});
  agent_->OnHandlerMemory(900);
  Exit();
  Pass(absl::Seconds(1));
  Take();
  Assign({"b"});
  Done("b");
  EXPECT_THAT(PeaksOf(results()), ElementsAre(900, 0));
}

TEST_F(WorkerAgentGpu, MemoryIsSampledWhileAJobRuns) {
  StartServing();
  EXPECT_TRUE(gpus_.watched);
  EXPECT_FALSE(gpus_.busy);
  Assign({"a"});
  EXPECT_TRUE(gpus_.busy);
  Done("a");
  EXPECT_FALSE(gpus_.busy);
}

TEST_F(WorkerAgentGpu, TheMonitorSeesWhatTheGpusSay) {
  StartServing();
  agent_->OnGpus({kGpu});
  agent_->OnGpuReadings({{.uuid = "GPU-1"}});
  agent_->OnHandlerMemory(900);
  EXPECT_EQ(monitor_.gpus_read, 1u);
  EXPECT_EQ(monitor_.handler_memory_mib, 900);
}

}  // namespace
}  // namespace furnace::worker::testing

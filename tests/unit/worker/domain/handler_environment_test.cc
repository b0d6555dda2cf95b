#include "services/worker/domain/handler_environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace furnace::worker {
namespace {

using ::testing::ElementsAre;

class WorkerHandlerEnvironmentTest : public ::testing::Test {
 protected:
  Variables Make() { return HandlerEnvironment(inherited_, chosen_, facts_); }

  Variables inherited_ = {{"PATH", "/bin"},
                          {"CUDA_VISIBLE_DEVICES", "0"},
                          {"NVIDIA_DRIVER_CAPABILITIES", "all"},
                          {"FURNACE_WORKER_TOKEN", "fw_secret"},
                          {"AWS_SECRET_ACCESS_KEY", "secret"}};
  Variables chosen_;
  HandlerFacts facts_ = {.base_url = "http://127.0.0.1:1",
                         .secret = "s3cret",
                         .worker_id = "w-1",
                         .endpoint_id = "e-1",
                         .gpu_type = "NVIDIA H200",
                         .gpu_count = 2,
                         .cpu_count = 8,
                         .region = "eu-1",
                         .init_timeout = absl::Seconds(90),
                         .python_path = "/sdk"};
};

TEST_F(WorkerHandlerEnvironmentTest, SpeaksTheWorkerProtocol) {
  const Variables made = Make();
  EXPECT_EQ(made.at("RUNPOD_WEBHOOK_GET_JOB"),
            "http://127.0.0.1:1/v2/e-1/job-take/w-1?gpu=NVIDIA%20H200");
  EXPECT_EQ(made.at("RUNPOD_WEBHOOK_POST_OUTPUT"),
            "http://127.0.0.1:1/v2/e-1/job-done/w-1/$ID?gpu=NVIDIA%20H200");
  EXPECT_EQ(made.at("RUNPOD_WEBHOOK_POST_STREAM"),
            "http://127.0.0.1:1/v2/e-1/job-stream/w-1/$ID?gpu=NVIDIA%20H200");
  EXPECT_EQ(made.at("RUNPOD_WEBHOOK_PING"), "http://127.0.0.1:1/v2/e-1/ping/w-1?gpu=NVIDIA%20H200");
  EXPECT_EQ(made.at("RUNPOD_AI_API_KEY"), "s3cret");
  EXPECT_EQ(made.at("RUNPOD_POD_ID"), "w-1");
  EXPECT_EQ(made.at("RUNPOD_ENDPOINT_ID"), "e-1");
  EXPECT_EQ(made.at("RUNPOD_PING_INTERVAL"), "5000");
  EXPECT_EQ(made.at("RUNPOD_GPU_COUNT"), "2");
  EXPECT_EQ(made.at("PYTHONUNBUFFERED"), "1");
}

TEST_F(WorkerHandlerEnvironmentTest, TellsWhatImagesMayAskFor) {
  const Variables made = Make();
  EXPECT_EQ(made.at("RUNPOD_POD_HOSTNAME"), "w-1");
  EXPECT_EQ(made.at("RUNPOD_DC_ID"), "eu-1");
  EXPECT_EQ(made.at("RUNPOD_GPU_TYPE_ID"), "NVIDIA H200");
  EXPECT_EQ(made.at("RUNPOD_CPU_COUNT"), "8");
  EXPECT_EQ(made.at("RUNPOD_INIT_TIMEOUT"), "90");
  EXPECT_EQ(made.at("RUNPOD_SKIP_AUTO_SYSTEM_CHECKS"), "true");
  EXPECT_EQ(made.at("RUNPOD_ALLOW_PRIVATE_DOWNLOAD_URLS"), "true");
  facts_.region.clear();
  EXPECT_FALSE(Make().contains("RUNPOD_DC_ID"));
}

TEST_F(WorkerHandlerEnvironmentTest, NobodyTurnsTheQueueLoopOff) {
  chosen_ = {{"RUNPOD_REALTIME_PORT", "8080"}};
  EXPECT_FALSE(Make().contains("RUNPOD_REALTIME_PORT"));
}

TEST_F(WorkerHandlerEnvironmentTest, InheritsOnlyWhatIsHarmless) {
  const Variables made = Make();
  EXPECT_EQ(made.at("PATH"), "/bin");
  EXPECT_EQ(made.at("CUDA_VISIBLE_DEVICES"), "0");
  EXPECT_EQ(made.at("NVIDIA_DRIVER_CAPABILITIES"), "all");
  EXPECT_FALSE(made.contains("FURNACE_WORKER_TOKEN"));
  EXPECT_FALSE(made.contains("AWS_SECRET_ACCESS_KEY"));
}

TEST_F(WorkerHandlerEnvironmentTest, OwnersChooseAllButTheProtocol) {
  chosen_ = {{"PATH", "/opt"}, {"MODEL", "m"}, {"RUNPOD_AI_API_KEY", "theirs"}};
  const Variables made = Make();
  EXPECT_EQ(made.at("PATH"), "/opt");
  EXPECT_EQ(made.at("MODEL"), "m");
  EXPECT_EQ(made.at("RUNPOD_AI_API_KEY"), "s3cret");
}

TEST_F(WorkerHandlerEnvironmentTest, ThePythonPathIsPrepended) {
  EXPECT_EQ(Make().at("PYTHONPATH"), "/sdk");
  inherited_["PYTHONPATH"] = "/ours";
  EXPECT_EQ(Make().at("PYTHONPATH"), "/sdk:/ours");
  chosen_["PYTHONPATH"] = "/theirs";
  EXPECT_EQ(Make().at("PYTHONPATH"), "/sdk:/theirs");
}

TEST(WorkerHandlerCommandTest, GoesByTheFilesEnding) {
  EXPECT_THAT(HandlerCommand("handler.py"), ElementsAre("/usr/bin/python3", "./handler.py"));
  EXPECT_THAT(HandlerCommand("src/handler.js"), ElementsAre("node", "./src/handler.js"));
  EXPECT_THAT(HandlerCommand("bin/run"), ElementsAre("./bin/run"));
}

}  // namespace
}  // namespace furnace::worker

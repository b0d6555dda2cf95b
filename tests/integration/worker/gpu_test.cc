// What a real agent reports of the GPUs that a fake driver has, and of itself.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "libs/common/http/client.h"
#include "tests/support/worker/fake_nvml_copy.h"
#include "tests/support/worker/fake_scheduler.h"
#include "tests/support/worker/worker_process.h"

namespace furnace::worker::testing {
namespace {

using ::testing::HasSubstr;

constexpr char kJob[] = "00000000-0000-7000-8000-000000000001";

std::string FreeAddress() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
  close(fd);
  return "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

class WorkerGpu : public ::testing::Test {
 protected:
  WorkerGpu() { library_.Say("gpus 1\nused 0 900\n"); }

  std::string Metrics() {
    http::Request request;
    request.url = "http://" + address_ + "/metrics";
    const auto response = client_.Send(request);
    return response.ok() ? response->body : "";
  }
  void AwaitMetric(const std::string& line) {
    WorkerProcess::AwaitThat(
        [&] { return Metrics().find("\n" + line + "\n") != std::string::npos; },
        "/metrics has " + line);
  }

  FakeNvmlCopy library_;
  FakeScheduler scheduler_;
  const std::string address_ = FreeAddress();
  WorkerProcess worker_{
      scheduler_.address(),
      "by_hand.py",
      {{"FURNACE_NVML_LIBRARY", library_.path()}, {"FURNACE_METRICS_LISTEN", address_}}};
  http::Client client_;
};

TEST_F(WorkerGpu, HelloAndHeartbeatsTellOfThem) {
  worker_.Start();
  const auto hello = scheduler_.AwaitHello().hello();
  ASSERT_EQ(hello.gpus_size(), 1);
  EXPECT_EQ(hello.gpus(0).uuid(), "GPU-fake-0");
  EXPECT_EQ(hello.gpus(0).model(), "NVIDIA H200");
  const auto heartbeat = scheduler_.Await(
      [](const auto& request) { return request.heartbeat().gpus_size() == 1; }, "a reading");
  EXPECT_EQ(heartbeat.heartbeat().gpus(0).memory_used_mib(), 900);
  EXPECT_EQ(heartbeat.heartbeat().gpus(0).temperature_celsius(), 61);
}

TEST_F(WorkerGpu, AJobIsToldWhatItsOwnProcessesUsed) {
  worker_.Start();
  scheduler_.AwaitHello();
  scheduler_.Assign(kJob, R"({"op":"wait"})");
  const std::string pid = worker_.AwaitFile(std::string("waits-") + kJob);
  const std::string others = "process 0 1 50\n";
  library_.Say("gpus 1\nused 0 9000\nprocess 0 " + pid + " 8000\n" + others);
  AwaitMetric("furnace_worker_gpu_memory_mib 8000");
  library_.Say("gpus 1\nused 0 100\nprocess 0 " + pid + " 70\n" + others);
  AwaitMetric("furnace_worker_gpu_memory_mib 70");
  worker_.LeaveFile("go");
  EXPECT_EQ(scheduler_.AwaitResult(kJob).gpu_memory_peak_mib(), 8000);
}

TEST_F(WorkerGpu, TheAgentsOwnFiguresAreServed) {
  worker_.Start();
  scheduler_.AwaitHello();
  AwaitMetric("furnace_worker_takes_held 1");
  scheduler_.Assign(kJob, R"({"op":"echo"})");
  scheduler_.AwaitResult(kJob);
  AwaitMetric(R"(furnace_worker_attempts_total{outcome="completed"} 1)");
  AwaitMetric("furnace_worker_execution_seconds_count 1");
  AwaitMetric("furnace_worker_handler_starts_total 1");
  AwaitMetric("furnace_worker_connected 1");
  AwaitMetric("furnace_worker_spool_results 0");
  AwaitMetric(R"(furnace_gpu_fb_used{UUID="GPU-fake-0",modelName="NVIDIA H200"} 900)");
  AwaitMetric(R"(furnace_gpu_healthy{UUID="GPU-fake-0",modelName="NVIDIA H200"} 1)");
}

TEST(WorkerWithoutGpu, SaysSoOnceAndRunsJobs) {
  FakeScheduler scheduler;
  WorkerProcess worker(scheduler.address(), "by_hand.py",
                       {{"FURNACE_NVML_LIBRARY", "/nowhere/libnvidia-ml.so.1"}});
  worker.Start();
  EXPECT_EQ(scheduler.AwaitHello().hello().gpus_size(), 0);
  scheduler.Assign(kJob, R"({"op":"echo"})");
  EXPECT_EQ(scheduler.AwaitResult(kJob).gpu_memory_peak_mib(), 0);
  const std::string log = worker.Log();
  EXPECT_THAT(log, HasSubstr("no GPU is reported: NOT_FOUND"));
  EXPECT_EQ(log.find("no GPU is reported"), log.rfind("no GPU is reported"));
}

}  // namespace
}  // namespace furnace::worker::testing

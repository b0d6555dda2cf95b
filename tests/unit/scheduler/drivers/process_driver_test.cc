#include "services/scheduler/drivers/process/process_driver.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <sstream>

#include "absl/time/clock.h"
#include "libs/common/rpc/worker_token.h"
#include "tests/support/scheduler/temporary_folder.h"

namespace furnace::scheduler {
namespace {

namespace fs = std::filesystem;

TEST(ResolveImageTest, AFolderWithinARootIsAnImage) {
  const TemporaryFolder folder;
  const std::string image = folder.MakeFolder("images/echo");
  const std::vector<std::string> roots = {folder / "nowhere", folder / "images"};
  EXPECT_EQ(ResolveImage("file://" + image, roots).value(), image);
  EXPECT_EQ(ResolveImage("file://" + image + "/", roots).value_or(""), image);
  EXPECT_EQ(ResolveImage("file://" + image + "/../echo/.", roots).value(), image);
  EXPECT_TRUE(ResolveImage("file://" + (folder / "images"), roots).ok());
  fs::create_symlink(image, folder / "images/alias");
  EXPECT_EQ(ResolveImage("file://" + (folder / "images/alias"), roots).value(), image);
  fs::create_symlink(folder / "images", folder / "root");
  EXPECT_EQ(ResolveImage("file://" + image, {folder / "root"}).value(), image);
}

TEST(ResolveImageTest, NothingElseIs) {
  const TemporaryFolder folder;
  folder.MakeFolder("images/echo");
  folder.MakeFolder("images-of-others");
  folder.MakeFolder("outside");
  folder.Write("images/file", "");
  fs::create_symlink(folder / "outside", folder / "images/escape");
  const std::vector<std::string> roots = {folder / "images"};
  for (const std::string& uri :
       {"file://" + (folder / "outside"), "file://" + (folder / "images-of-others"),
        "file://" + (folder / "images/../outside"), "file://" + (folder / "images/.."),
        "file://" + (folder / "images/escape"), "file://" + (folder / "images/file"),
        "file://" + (folder / "images/nothing"), std::string("file://"), std::string("file:///"),
        std::string("docker://echo"), std::string("echo"), std::string()}) {
    EXPECT_EQ(ResolveImage(uri, roots).status().code(), absl::StatusCode::kFailedPrecondition)
        << uri;
  }
  EXPECT_FALSE(ResolveImage("file://" + (folder / "images/echo"), {}).ok());
}

class ProcessDriverTest : public testing::Test {
 protected:
  ProcessDriverTest() {
    endpoint_.id = "11111111-1111-7111-8111-111111111111";
    endpoint_.revision = 3;
    endpoint_.image_uri = "file://" + folder_.MakeFolder("images/echo");
    endpoint_.handler_path = "handler.py";
    endpoint_.gpu_types = {"rtx4000"};
    endpoint_.env = {{"A", "\"1\""}, {"B", ""}};
    SetWorker("exec sleep 600");
  }

  ~ProcessDriverTest() override { ProcessDriver(Options()).StopAll(absl::ZeroDuration()); }

  // What a worker does, as a shell script.
  void SetWorker(const std::string& script) {
    folder_.Write("worker", "#!/bin/sh\n" + script + "\n");
    chmod((folder_ / "worker").c_str(), 0700);
  }

  ProcessDriverOptions Options() const {
    return {.gpus = {{.gpu_type = "rtx4000", .vram_mib = 20480, .total = 2, .available = 2}},
            .worker_binary = folder_ / "worker",
            .image_roots = {folder_ / "images"},
            .state_dir = folder_ / "state",
            .python_path = "/sdk",
            .scheduler_address = "127.0.0.1:4211",
            .internal_token = "secret"};
  }

  pid_t PidOf(const std::string& worker_id) const {
    for (const WorkerFile& file : LoadWorkerFiles(folder_ / "state")) {
      if (file.worker.id == worker_id) return file.pid;
    }
    ADD_FAILURE() << "no file of " << worker_id;
    return 0;
  }

  // Waits for a child to end and leaves it to the driver to reap.
  static void WaitForEnd(pid_t pid) {
    siginfo_t info;
    ASSERT_EQ(waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT), 0);
  }

  const TemporaryFolder folder_;
  Endpoint endpoint_;
};

TEST_F(ProcessDriverTest, AStartedWorkerIsListedAndTakesItsGpu) {
  ProcessDriver driver(Options());
  const std::string id = driver.Start(endpoint_).value();
  const auto workers = driver.List();
  ASSERT_EQ(workers.size(), 1U);
  EXPECT_EQ(workers[0].id, id);
  EXPECT_EQ(workers[0].endpoint_id, endpoint_.id);
  EXPECT_EQ(workers[0].endpoint_revision, 3);
  EXPECT_EQ(workers[0].gpu_type, "rtx4000");
  EXPECT_EQ(driver.Gpus()[0].available, 1);
  ASSERT_TRUE(driver.Start(endpoint_).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(driver.Start(endpoint_).status()));
}

TEST_F(ProcessDriverTest, AnEndedWorkerIsForgottenAndItsGpuFree) {
  ProcessDriver driver(Options());
  const std::string id = driver.Start(endpoint_).value();
  const pid_t pid = PidOf(id);
  driver.Kill("w-unknown");
  driver.Kill(id);
  WaitForEnd(pid);
  EXPECT_TRUE(driver.List().empty());
  EXPECT_EQ(driver.Gpus()[0].available, 2);
  EXPECT_TRUE(LoadWorkerFiles(folder_ / "state").empty());
  driver.Kill(id);
}

TEST_F(ProcessDriverTest, TheNextSchedulerAdoptsTheWorkers) {
  std::string id;
  {
    ProcessDriver driver(Options());
    id = driver.Start(endpoint_).value();
  }
  const pid_t pid = PidOf(id);
  ProcessDriver next(Options());
  ASSERT_EQ(next.List().size(), 1U);
  EXPECT_EQ(next.List()[0].id, id);
  EXPECT_EQ(next.Gpus()[0].available, 1);
  next.Kill(id);
  WaitForEnd(pid);
  EXPECT_TRUE(next.List().empty());
}

TEST_F(ProcessDriverTest, AProcessThatTookOverAPidIsNotAdopted) {
  folder_.MakeFolder("state");
  WorkerFile file;
  file.worker = {.id = "w-1", .endpoint_id = "e", .gpu_type = "rtx4000"};
  file.pid = getpid();
  file.start_ticks = "1";
  ASSERT_TRUE(SaveWorkerFile(folder_ / "state", file).ok());
  EXPECT_TRUE(ProcessDriver(Options()).List().empty());
  EXPECT_TRUE(LoadWorkerFiles(folder_ / "state").empty());
}

TEST_F(ProcessDriverTest, AWorkerGetsItsEnvironmentAndNothingElseOfOurs) {
  setenv("FURNACE_POSTGRES_DSN", "password=hidden", 1);
  // Not close-on-exec, as some libraries' are, and beyond those that a shell opens.
  const int leak = fcntl(STDERR_FILENO, F_DUPFD, 200);
  ASSERT_GE(leak, 200);
  SetWorker("env; echo \"open:\" /proc/self/fd/*");
  ProcessDriver driver(Options());
  const std::string id = driver.Start(endpoint_).value();
  WaitForEnd(PidOf(id));
  close(leak);
  unsetenv("FURNACE_POSTGRES_DSN");

  std::map<std::string, std::string> environment;
  std::istringstream lines(folder_.Read("state/" + id + ".log"));
  std::string open_files;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("open:")) open_files = line + " ";
    const auto equals = line.find('=');
    if (equals != std::string::npos) environment[line.substr(0, equals)] = line.substr(equals + 1);
  }
  EXPECT_EQ(environment["FURNACE_WORKER_ID"], id);
  EXPECT_EQ(environment["FURNACE_ENDPOINT_ID"], endpoint_.id);
  EXPECT_EQ(environment["FURNACE_ENDPOINT_REVISION"], "3");
  EXPECT_EQ(environment["FURNACE_GPU_TYPE"], "rtx4000");
  EXPECT_EQ(environment["FURNACE_GPU_COUNT"], "1");
  EXPECT_EQ(environment["FURNACE_VRAM_MIB"], "20480");
  EXPECT_EQ(environment["FURNACE_HANDLER_DIR"], folder_ / "images/echo");
  EXPECT_EQ(environment["FURNACE_HANDLER_PATH"], "handler.py");
  EXPECT_EQ(environment["FURNACE_HANDLER_ENV"], R"({"A":"\"1\"","B":""})");
  EXPECT_EQ(environment["FURNACE_HANDLER_PYTHONPATH"], "/sdk");
  EXPECT_EQ(environment["FURNACE_SCHEDULER_ADDRESS"], "127.0.0.1:4211");
  const auto identity =
      furnace::rpc::VerifyWorkerToken("secret", environment["FURNACE_WORKER_TOKEN"], absl::Now());
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(identity->worker_id, id);
  EXPECT_EQ(identity->endpoint_id, endpoint_.id);
  EXPECT_FALSE(environment.contains("FURNACE_POSTGRES_DSN"));
  EXPECT_FALSE(environment.contains("FURNACE_INTERNAL_TOKEN"));
  EXPECT_EQ(open_files.find("/fd/" + std::to_string(leak) + " "), std::string::npos) << open_files;
}

TEST_F(ProcessDriverTest, WhatCannotRunHereSaysWhy) {
  ProcessDriver driver(Options());
  Endpoint endpoint = endpoint_;
  endpoint.image_uri = "docker://echo";
  EXPECT_EQ(driver.Start(endpoint).status().code(), absl::StatusCode::kFailedPrecondition);
  endpoint = endpoint_;
  endpoint.gpu_types = {"h100"};
  EXPECT_EQ(driver.Start(endpoint).status().code(), absl::StatusCode::kFailedPrecondition);
  ProcessDriverOptions options = Options();
  options.worker_binary = folder_ / "no-worker";
  ProcessDriver broken(options);
  EXPECT_EQ(broken.Start(endpoint_).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(broken.List().empty());
}

TEST_F(ProcessDriverTest, StopAllEndsWorkersThatWillNotStop) {
  SetWorker("trap '' TERM\nwhile :; do sleep 600; done");
  ProcessDriver driver(Options());
  ASSERT_TRUE(driver.Start(endpoint_).ok());
  driver.StopAll(absl::ZeroDuration());
  EXPECT_TRUE(driver.List().empty());
}

}  // namespace
}  // namespace furnace::scheduler

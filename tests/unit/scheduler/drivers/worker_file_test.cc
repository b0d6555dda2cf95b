#include "services/scheduler/drivers/process/worker_file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/scheduler/temporary_folder.h"

namespace furnace::scheduler {
namespace {

namespace fs = std::filesystem;

WorkerFile AFile(std::string id) {
  WorkerFile file;
  file.worker = {.id = std::move(id),
                 .endpoint_id = "e",
                 .endpoint_revision = 3,
                 .gpu_type = "rtx4000",
                 .gpu_count = 2,
                 .started_at = absl::FromUnixMicros(1'800'000'000'000'001)};
  file.pid = 123;
  file.start_ticks = "98765432109876543210";
  return file;
}

TEST(WorkerFileTest, AFileComesBackAsItWasSaved) {
  const TemporaryFolder folder;
  ASSERT_TRUE(SaveWorkerFile(folder.path(), AFile("w-1")).ok());
  ASSERT_TRUE(SaveWorkerFile(folder.path(), AFile("w-2")).ok());
  const auto files = LoadWorkerFiles(folder.path());
  ASSERT_EQ(files.size(), 2U);
  const WorkerFile& file = files[0].worker.id == "w-1" ? files[0] : files[1];
  EXPECT_EQ(file.worker.id, "w-1");
  EXPECT_EQ(file.worker.endpoint_id, "e");
  EXPECT_EQ(file.worker.endpoint_revision, 3);
  EXPECT_EQ(file.worker.gpu_type, "rtx4000");
  EXPECT_EQ(file.worker.gpu_count, 2);
  EXPECT_EQ(file.worker.started_at, absl::FromUnixMicros(1'800'000'000'000'001));
  EXPECT_EQ(file.pid, 123);
  EXPECT_EQ(file.start_ticks, "98765432109876543210");
}

TEST(WorkerFileTest, WhatIsNoWorkerFileIsLeftAlone) {
  const TemporaryFolder folder;
  folder.Write("w-1.worker", "");
  folder.Write("w-2.worker", "w-2 not-a-pid 1 e 1 rtx4000 1 1\n");
  folder.Write("w-3.worker", "w-3 1 1 e 1 rtx4000 1");
  folder.Write("w-4.txt", "w-4 1 1 e 1 rtx4000 1 1\n");
  EXPECT_TRUE(LoadWorkerFiles(folder.path()).empty());
  EXPECT_TRUE(LoadWorkerFiles(folder / "nowhere").empty());
  EXPECT_TRUE(fs::exists(folder / "w-1.worker"));
}

TEST(WorkerFileTest, AFolderThatIsNotThereIsAnError) {
  const TemporaryFolder folder;
  EXPECT_EQ(SaveWorkerFile(folder / "nowhere", AFile("w-1")).code(), absl::StatusCode::kInternal);
}

TEST(WorkerFileTest, RemovingDropsTheFileAndTheSpoolAndKeepsTheLog) {
  const TemporaryFolder folder;
  for (const std::string id : {"w-1", "w-2"}) {
    ASSERT_TRUE(SaveWorkerFile(folder.path(), AFile(id)).ok());
    fs::create_directories(WorkerSpoolPath(folder.path(), id));
    std::ofstream(WorkerSpoolPath(folder.path(), id) + "/result") << "1";
    std::ofstream(WorkerLogPath(folder.path(), id)) << "started";
  }
  RemoveWorkerFiles(folder.path(), "w-1");
  RemoveWorkerFiles(folder.path(), "w-1");
  EXPECT_EQ(LoadWorkerFiles(folder.path()).size(), 1U);
  EXPECT_FALSE(fs::exists(WorkerSpoolPath(folder.path(), "w-1")));
  EXPECT_TRUE(fs::exists(WorkerSpoolPath(folder.path(), "w-2")));
  EXPECT_TRUE(fs::exists(WorkerLogPath(folder.path(), "w-1")));
}

TEST(WorkerFileTest, OnlyTheNewestLogsAreKept) {
  const TemporaryFolder folder;
  for (std::size_t i = 0; i < kKeptWorkerLogs + 2; ++i) {
    std::ofstream(WorkerLogPath(folder.path(), "w-" + std::to_string(1000 + i))) << "started";
  }
  RemoveWorkerFiles(folder.path(), "w-none");
  EXPECT_FALSE(fs::exists(WorkerLogPath(folder.path(), "w-1001")));
  EXPECT_TRUE(fs::exists(WorkerLogPath(folder.path(), "w-1002")));
}

TEST(StartTicksTest, TellsALivingProcessFromNone) {
  const std::optional<std::string> own = StartTicks(getpid());
  ASSERT_TRUE(own.has_value());
  EXPECT_EQ(own, StartTicks(getpid()));
  EXPECT_EQ(own->find_first_not_of("0123456789"), std::string::npos);
  for (const pid_t pid : {0, -1, 1 << 30}) EXPECT_EQ(StartTicks(pid), std::nullopt) << pid;
}

TEST(StartTicksTest, AZombieIsNoProcess) {
  const pid_t child = fork();
  if (child == 0) {
    pause();
    _exit(0);
  }
  ASSERT_GT(child, 0);
  EXPECT_TRUE(StartTicks(child).has_value());
  kill(child, SIGKILL);
  siginfo_t info;
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  EXPECT_EQ(StartTicks(child), std::nullopt);
  waitpid(child, nullptr, 0);
  EXPECT_EQ(StartTicks(child), std::nullopt);
}

}  // namespace
}  // namespace furnace::scheduler

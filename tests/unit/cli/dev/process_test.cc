#include "cli/dev/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/dev/process_table.h"
#include "cli/dev/supervisor.h"
#include "tests/unit/cli/temporary_folder.h"

namespace furnace::dev {
namespace {

namespace fs = std::filesystem;

class SpawnTest : public testing::Test {
 protected:
  Command Shell(const std::string& script) const {
    Command command;
    command.program = "/bin/sh";
    command.arguments = {"-c", script};
    command.environment = {"PATH=/usr/bin:/bin", "GREETING=hello"};
    command.output = folder_ / "output";
    return command;
  }

  static int WaitFor(pid_t pid) {
    int status = 0;
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
    return status;
  }

  std::string Output() const {
    std::ifstream file(folder_ / "output");
    return {std::istreambuf_iterator<char>(file), {}};
  }

  const cli::TemporaryFolder temporary_;
  const fs::path folder_ = temporary_.path();
};

TEST_F(SpawnTest, OutputGoesToTheFileAndTheEnvironmentIsTheGivenOne) {
  const auto pid = Spawn(Shell("echo $GREETING; echo problem >&2; exit 3"));
  ASSERT_TRUE(pid.ok());
  EXPECT_EQ(DescribeExit(WaitFor(*pid)), "exited with status 3");
  EXPECT_EQ(Output(), "hello\nproblem\n");
}

TEST_F(SpawnTest, AFolderIsHandedOverAsADescriptor) {
  Command command = Shell("ls /proc/self/fd/9/");
  command.folder = folder_;
  WaitFor(*Spawn(command));
  EXPECT_EQ(Output(), "output\n");
}

TEST_F(SpawnTest, AProgramThatCannotRunSaysWhy) {
  Command command = Shell("");
  command.program = "/no/such/program";
  const int status = WaitFor(*Spawn(command));
  EXPECT_EQ(WEXITSTATUS(status), kExecFailed);
  EXPECT_THAT(Output(), testing::HasSubstr("cannot run /no/such/program"));
}

TEST_F(SpawnTest, AKilledProcessIsDescribedByItsSignal) {
  const auto pid = Spawn(Shell("kill -9 $$"));
  EXPECT_EQ(DescribeExit(WaitFor(*pid)), "killed by SIGKILL");
}

TEST_F(SpawnTest, ChildrenOfChildrenAreFoundAndEnded) {
  const auto pid = Spawn(Shell("sleep 1000 & wait"));
  ASSERT_TRUE(pid.ok());
  ASSERT_TRUE(cli::Eventually([] { return FindDescendants().size() == 2; }));
  EXPECT_THAT(FindDescendants(), testing::Contains(*pid));
  EXPECT_TRUE(EndAll(FindDescendants, absl::Seconds(5)));
  EXPECT_TRUE(FindDescendants().empty());
}

TEST_F(SpawnTest, WhatIgnoresSigtermIsKilled) {
  ASSERT_TRUE(Spawn(Shell("trap '' TERM; echo ready; while :; do sleep 1000; done")).ok());
  ASSERT_TRUE(cli::Eventually([this] { return !Output().empty(); }));
  EXPECT_TRUE(EndAll(FindDescendants, absl::ZeroDuration()));
}

TEST_F(SpawnTest, MarkedProcessesAreFoundAsLeftovers) {
  Command command = Shell("exec sleep 1000");
  command.environment = {"FURNACE_DEV_FOLDER=/some/suite"};
  const pid_t marked = *Spawn(command);
  command.environment = {"FURNACE_SPOOL_DIR=/some/suite/workers/w1"};
  const pid_t worker = *Spawn(command);
  command.environment = {"FURNACE_DEV_FOLDER=/some/suite2"};
  ASSERT_TRUE(Spawn(command).ok());
  // Between fork and exec a process has our variables.
  ASSERT_TRUE(cli::Eventually([] { return FindLeftovers("/some/suite").size() == 2; }));
  EXPECT_THAT(FindLeftovers("/some/suite"), testing::UnorderedElementsAre(marked, worker));
  EXPECT_TRUE(EndAll(FindDescendants, absl::Seconds(5)));
}

TEST_F(SpawnTest, TheTailIsTheLastLines) {
  std::ofstream(folder_ / "log") << "one\ntwo\nthree\n";
  EXPECT_EQ(Tail(folder_ / "log", 2), "    two\n    three\n");
  EXPECT_EQ(Tail(folder_ / "log", 9), "    one\n    two\n    three\n");
  EXPECT_EQ(Tail(folder_ / "absent", 2), "");
}

}  // namespace
}  // namespace furnace::dev

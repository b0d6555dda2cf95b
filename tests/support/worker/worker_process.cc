#include "tests/support/worker/worker_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <vector>

#include "absl/time/clock.h"
#include "libs/common/base/check.h"

namespace furnace::worker::testing {
namespace {

namespace fs = std::filesystem;

constexpr int kPatienceMs = 60'000;
constexpr absl::Duration kPoll = absl::Milliseconds(5);

fs::path TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "furnace-worker-XXXXXX").string();
  FURNACE_CHECK(mkdtemp(name.data()) != nullptr);
  return name;
}

std::string ReadText(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

WorkerProcess::WorkerProcess(const std::string& scheduler_address, const std::string& handler,
                             Settings settings)
    : folder_(TemporaryFolder()),
      scratch_(folder_ / "scratch"),
      spool_(folder_ / "spool"),
      settings_(std::move(settings)) {
  fs::create_directory(scratch_);
  const std::map<std::string, std::string> defaults = {
      {"PATH", "/usr/local/bin:/usr/bin:/bin"},
      {"FURNACE_WORKER_ID", kWorkerId},
      {"FURNACE_ENDPOINT_ID", kEndpointId},
      {"FURNACE_ENDPOINT_REVISION", "7"},
      {"FURNACE_SCHEDULER_ADDRESS", scheduler_address},
      {"FURNACE_WORKER_TOKEN", kToken},
      {"FURNACE_GPU_TYPE", "rtx4000"},
      {"FURNACE_VRAM_MIB", "20480"},
      {"FURNACE_HANDLER_DIR", FURNACE_TEST_HANDLERS},
      {"FURNACE_HANDLER_PATH", handler},
      {"FURNACE_HANDLER_ENV", fmt::format(R"({{"SCRATCH":"{}"}})", scratch_.string())},
      {"FURNACE_HANDLER_PYTHONPATH", FURNACE_TEST_PYTHONPATH},
      {"FURNACE_SPOOL_DIR", spool_.string()},
      {"FURNACE_LOG_LEVEL", "debug"},
  };
  settings_.insert(defaults.begin(), defaults.end());
}

WorkerProcess::~WorkerProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (std::getenv("FURNACE_TEST_SHOW_LOG") != nullptr || ::testing::Test::HasFailure())
    fmt::print(stderr, "--- the worker's log:\n{}", Log());
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void WorkerProcess::Start() {
  std::vector<std::string> texts;
  for (const auto& [name, value] : settings_) texts.push_back(fmt::format("{}={}", name, value));
  std::vector<char*> environment;
  for (std::string& text : texts) environment.push_back(text.data());
  environment.push_back(nullptr);
  const char* other = std::getenv("FURNACE_TEST_WORKER_BINARY");
  std::string program = other == nullptr ? FURNACE_TEST_WORKER_BINARY : other;
  char* arguments[] = {program.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, (folder_ / "log").c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  FURNACE_CHECK(
      posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments, environment.data()) == 0);
  posix_spawn_file_actions_destroy(&actions);
}

void WorkerProcess::Signal(int number) { kill(pid_, number); }

int WorkerProcess::Wait() {
  pollfd ended = {
      .fd = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)), .events = POLLIN, .revents = 0};
  const int ready = poll(&ended, 1, kPatienceMs);
  close(ended.fd);
  if (ready != 1) {
    ADD_FAILURE() << "the worker did not end";
    return -1;
  }
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::size_t WorkerProcess::SpoolFiles(const std::string& extension) const {
  std::size_t count = 0;
  std::error_code ignored;
  for (const auto& file : fs::directory_iterator(spool_, ignored)) {
    if (file.path().extension() == extension) ++count;
  }
  return count;
}

std::string WorkerProcess::AwaitFile(const std::string& name) const {
  AwaitThat([&] { return fs::exists(scratch_ / name); }, "a handler leaves " + name);
  return ReadText(scratch_ / name);
}

void WorkerProcess::LeaveFile(const std::string& name) const { std::ofstream(scratch_ / name); }

void WorkerProcess::AwaitThat(const std::function<bool()>& condition, std::string_view what) {
  const absl::Time limit = absl::Now() + absl::Milliseconds(kPatienceMs);
  while (!condition()) {
    if (absl::Now() > limit) {
      ADD_FAILURE() << "waited in vain until " << what;
      return;
    }
    absl::SleepFor(kPoll);
  }
}

bool WorkerProcess::Lives(const std::string& pid) {
  const std::string stat = ReadText(fs::path("/proc") / pid / "stat");
  return !stat.empty() && stat.find(") Z ") == std::string::npos;
}

std::string WorkerProcess::Log() const { return ReadText(folder_ / "log"); }

}  // namespace furnace::worker::testing

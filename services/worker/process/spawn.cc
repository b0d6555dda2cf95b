#include "services/worker/process/spawn.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <utility>

#include "libs/common/base/status.h"

namespace furnace::worker {
namespace {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { Close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  void Set(int fd) { fd_ = fd; }
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

struct Pipe {
  Descriptor read;
  Descriptor write;

  absl::Status Open() {
    std::array<int, 2> ends = {};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "pipe2");
    read.Set(ends[0]);
    write.Set(ends[1]);
    return absl::OkStatus();
  }
};

// All the child needs, prepared beforehand: between fork and exec of a process
// with threads only async-signal-safe calls are allowed, which excludes malloc.
struct Plan {
  std::vector<std::string> texts;
  std::vector<char*> arguments;
  std::vector<char*> environment;
  std::string program;
  const char* folder = nullptr;
  pid_t parent = 0;
  int out = -1;
  int err = -1;
  int null = -1;
  int report = -1;
};

std::string FindProgram(const Command& command) {
  const std::string& name = command.arguments.front();
  const auto path = command.environment.find("PATH");
  if (name.find('/') != std::string::npos || path == command.environment.end()) return name;
  std::string_view folders = path->second;
  while (!folders.empty()) {
    const std::size_t end = folders.find(':');
    std::string candidate = fmt::format("{}/{}", folders.substr(0, end), name);
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
    folders = end == std::string_view::npos ? std::string_view() : folders.substr(end + 1);
  }
  return name;
}

void Prepare(const Command& command, Plan& plan) {
  plan.program = FindProgram(command);
  plan.folder = command.folder.c_str();
  plan.parent = getpid();
  plan.texts = command.arguments;
  for (const auto& [name, value] : command.environment) {
    plan.texts.push_back(fmt::format("{}={}", name, value));
  }
  const std::size_t arguments = command.arguments.size();
  for (std::size_t i = 0; i < plan.texts.size(); ++i) {
    (i < arguments ? plan.arguments : plan.environment).push_back(plan.texts[i].data());
  }
  plan.arguments.push_back(nullptr);
  plan.environment.push_back(nullptr);
}

void ResetSignals() {
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) sigaction(number, &action, nullptr);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

// In the child. Returns only when it fails, with errno set.
void Become(const Plan& plan) {
  if (setpgid(0, 0) != 0) return;
  // An agent that is killed leaves no handler behind; nor one that was killed
  // before this line.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return;
  if (getppid() != plan.parent) _exit(1);
  ResetSignals();
  if (dup2(plan.null, STDIN_FILENO) < 0 || dup2(plan.out, STDOUT_FILENO) < 0 ||
      dup2(plan.err, STDERR_FILENO) < 0) {
    return;
  }
  if (syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) != 0) return;
  if (chdir(plan.folder) != 0) return;
  execve(plan.program.c_str(), plan.arguments.data(), plan.environment.data());
}

// What went wrong in the child; 0 when it runs the program.
int ReadReport(int fd) {
  int error = 0;
  ssize_t got = 0;
  do {
    got = read(fd, &error, sizeof error);
  } while (got < 0 && errno == EINTR);
  return got == sizeof error ? error : 0;
}

absl::Status SetNonBlocking(int fd) {
  if (fcntl(fd, F_SETFL, O_NONBLOCK) == 0) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, "fcntl");
}

}  // namespace

absl::StatusOr<Child> Spawn(const Command& command) {
  Pipe out;
  Pipe err;
  Pipe report;
  FURNACE_RETURN_IF_ERROR(out.Open());
  FURNACE_RETURN_IF_ERROR(err.Open());
  FURNACE_RETURN_IF_ERROR(report.Open());
  FURNACE_RETURN_IF_ERROR(SetNonBlocking(out.read.get()));
  FURNACE_RETURN_IF_ERROR(SetNonBlocking(err.read.get()));
  const Descriptor null(open("/dev/null", O_RDONLY | O_CLOEXEC));
  Plan plan;
  Prepare(command, plan);
  plan.out = out.write.get();
  plan.err = err.write.get();
  plan.null = null.get();
  plan.report = report.write.get();

  const pid_t pid = fork();
  if (pid < 0) return absl::ErrnoToStatus(errno, "fork");
  if (pid == 0) {
    Become(plan);
    const int error = errno;
    if (write(plan.report, &error, sizeof error) < 0) _exit(2);
    _exit(1);
  }
  setpgid(pid, pid);  // As the child does: whoever comes first.
  report.write.Close();
  if (const int error = ReadReport(report.read.get()); error != 0) {
    waitpid(pid, nullptr, 0);
    return absl::ErrnoToStatus(error,
                               fmt::format("cannot run {} in {}", plan.program, command.folder));
  }
  Child child;
  child.pid = pid;
  child.exit_fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (child.exit_fd < 0) {
    const int error = errno;
    kill(-pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    return absl::ErrnoToStatus(error, "pidfd_open");
  }
  child.stdout_fd = out.read.Release();
  child.stderr_fd = err.read.Release();
  return child;
}

}  // namespace furnace::worker

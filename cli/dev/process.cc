#include "cli/dev/process.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "libs/common/base/status.h"

namespace furnace::dev {
namespace {

// Closes a descriptor at the end of a scope.
class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() {
    if (fd_ >= 0) close(fd_);
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// What the child needs, made before fork.
struct Launch {
  const Command& command;
  int input_fd;
  int output_fd;
  int folder_fd;
  pid_t parent;
  char* const* arguments;
  char* const* environment;
};

bool BecomeUser(const User& user) {
  return setgroups(0, nullptr) == 0 && setgid(user.gid) == 0 && setuid(user.uid) == 0;
}

// Hands a descriptor over under a fixed number; dup2 leaves no close-on-exec on it.
bool HandOver(int from, int to) {
  if (from < 0) return true;
  return from == to ? fcntl(from, F_SETFD, 0) == 0 : dup2(from, to) == to;
}

// A copy of a descriptor above all fixed numbers, so that handing one over cannot
// overwrite another; -1 stays -1.
int MoveUp(int fd) {
  constexpr int kAbove = 20;
  return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, kAbove);
}

[[noreturn]] void RunChild(const Launch& launch) {
  const int folder_fd = MoveUp(launch.folder_fd);
  const int file_fd = MoveUp(launch.command.file_fd);
  sigset_t none;
  sigemptyset(&none);
  const bool prepared =
      setpgid(0, 0) == 0 && sigprocmask(SIG_SETMASK, &none, nullptr) == 0 &&
      signal(SIGPIPE, SIG_DFL) != SIG_ERR && HandOver(launch.input_fd, STDIN_FILENO) &&
      HandOver(launch.output_fd, STDOUT_FILENO) && HandOver(launch.output_fd, STDERR_FILENO) &&
      HandOver(folder_fd, kFolderFd) && HandOver(file_fd, kFileFd) && chdir("/") == 0 &&
      (!launch.command.user.has_value() || BecomeUser(*launch.command.user)) &&
      // After the change of user, which clears it.
      prctl(PR_SET_PDEATHSIG, launch.command.parent_death_signal) == 0;
  if (prepared && getppid() == launch.parent) {  // Else it died before we asked to be told.
    execve(launch.arguments[0], launch.arguments, launch.environment);
  }
  dprintf(STDERR_FILENO, "cannot run %s: %s\n", launch.arguments[0], std::strerror(errno));
  _exit(kExecFailed);
}

}  // namespace

absl::StatusOr<pid_t> Spawn(const Command& command) {
  std::vector<std::string> words = {command.program.string()};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  const std::vector<char*> arguments = Pointers(words);
  const std::vector<char*> environment = Pointers(command.environment);
  const Fd input(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const Fd output(open(command.output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  const Fd folder(
      command.folder.empty() ? -1 : open(command.folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (output.get() < 0 || (folder.get() < 0 && !command.folder.empty())) {
    return Error(absl::StatusCode::kUnavailable, "cannot open {}: {}",
                 output.get() < 0 ? command.output.string() : command.folder.string(),
                 std::strerror(errno));
  }
  const Launch launch{.command = command,
                      .input_fd = input.get(),
                      .output_fd = output.get(),
                      .folder_fd = folder.get(),
                      .parent = getpid(),
                      .arguments = arguments.data(),
                      .environment = environment.data()};
  const pid_t pid = fork();
  if (pid < 0) return Error(absl::StatusCode::kUnavailable, "fork: {}", std::strerror(errno));
  if (pid == 0) RunChild(launch);
  return pid;
}

std::string DescribeExit(int wait_status) {
  if (WIFSIGNALED(wait_status)) {
    const char* name = sigabbrev_np(WTERMSIG(wait_status));
    return fmt::format("killed by SIG{}", name == nullptr ? "?" : name);
  }
  return fmt::format("exited with status {}", WEXITSTATUS(wait_status));
}

}  // namespace furnace::dev

#include "services/worker/process/handler_process.h"

#include <fmt/format.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "libs/common/base/status.h"
#include "services/worker/domain/text.h"
#include "services/worker/process/line_reader.h"

namespace furnace::worker {
namespace {

constexpr std::size_t kLastLineBytesMax = 512;
constexpr std::size_t kReadBytes = 16 << 10;
// What a dead process left in a pipe is no more than the pipe holds.
constexpr int kLeftoverReadsMax = 64;

std::string Describe(int status) {
  if (WIFEXITED(status)) return fmt::format("exited with status {}", WEXITSTATUS(status));
  const int number = WTERMSIG(status);
  const char* name = sigabbrev_np(number);
  return fmt::format("was killed by signal {} (SIG{})", number, name == nullptr ? "?" : name);
}

// Reads what there is. False at the end.
bool Drain(int fd, LineReader& lines) {
  std::array<char, kReadBytes> bytes;
  const ssize_t got = read(fd, bytes.data(), bytes.size());
  if (got > 0) lines.Add({bytes.data(), static_cast<std::size_t>(got)});
  return got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN));
}

// Reads what is left, without waiting for other holders of the pipe.
void Finish(int fd, LineReader& lines) {
  pollfd ready = {.fd = fd, .events = POLLIN, .revents = 0};
  for (int i = 0; i < kLeftoverReadsMax && poll(&ready, 1, 0) > 0 && Drain(fd, lines); ++i) {
  }
  lines.End();
}

}  // namespace

HandlerProcess::HandlerProcess(std::function<Command()> command, std::string worker_id,
                               Mailbox& mailbox)
    : command_(std::move(command)),
      worker_id_(std::move(worker_id)),
      mailbox_(mailbox),
      thread_([this] { Run(); }) {}

HandlerProcess::~HandlerProcess() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.SignalAll();
  }
  Kill();
  thread_.join();
}

void HandlerProcess::Start(HandlerEvents& events) {
  Command command = command_();
  MutexLock lock(mutex_);
  next_ = std::move(command);
  events_ = &events;
  pending_signal_ = 0;
  changed_.SignalAll();
}

void HandlerProcess::Terminate() { Signal(SIGTERM); }
void HandlerProcess::Kill() { Signal(SIGKILL); }

pid_t HandlerProcess::pid() const {
  MutexLock lock(mutex_);
  return pid_;
}

void HandlerProcess::Signal(int number) {
  MutexLock lock(mutex_);
  if (pid_ > 0) {
    kill(-pid_, number);
  } else {
    pending_signal_ = number;  // It is being started.
  }
}

void HandlerProcess::Run() {
  for (;;) {
    Command command;
    HandlerEvents* events = nullptr;
    {
      MutexLock lock(mutex_);
      while (!next_ && !stopping_) changed_.Wait(mutex_);
      if (stopping_) return;
      command = *std::exchange(next_, std::nullopt);
      events = events_;
    }
    const Ended ended = RunOnce(command);
    mailbox_.Post(
        [events, ended] { events->OnHandlerExit(ended.well, ended.reason, ended.last_line); });
  }
}

HandlerProcess::Ended HandlerProcess::RunOnce(const Command& command) {
  const absl::StatusOr<Child> child = Spawn(command);
  if (!child.ok()) {
    Ended ended;
    ended.reason = fmt::format("did not start: {}", ToStd(child.status().message()));
    return ended;
  }
  spdlog::info("handler started as process {}", child->pid);
  {
    MutexLock lock(mutex_);
    pid_ = child->pid;
    if (stopping_) kill(-pid_, SIGKILL);
    if (pending_signal_ != 0) kill(-pid_, std::exchange(pending_signal_, 0));
  }
  Ended ended = Watch(*child);
  for (const int fd : {child->exit_fd, child->stdout_fd, child->stderr_fd}) close(fd);
  return ended;
}

HandlerProcess::Ended HandlerProcess::Watch(const Child& child) {
  std::string last_line;
  const auto log = [&](const std::string& line) { spdlog::info("[{}] {}", worker_id_, line); };
  LineReader out(log);
  LineReader err([&](const std::string& line) {
    log(line);
    last_line = CleanUtf8(line, kLastLineBytesMax);
  });
  std::array<pollfd, 3> ready = {pollfd{.fd = child.exit_fd, .events = POLLIN, .revents = 0},
                                 pollfd{.fd = child.stdout_fd, .events = POLLIN, .revents = 0},
                                 pollfd{.fd = child.stderr_fd, .events = POLLIN, .revents = 0}};
  while (ready[0].revents == 0) {
    if (poll(ready.data(), ready.size(), -1) < 0) continue;
    // poll skips negative descriptors.
    if (ready[1].revents != 0 && !Drain(child.stdout_fd, out)) ready[1].fd = -1;
    if (ready[2].revents != 0 && !Drain(child.stderr_fd, err)) ready[2].fd = -1;
  }
  Ended ended = Reap(child.pid);
  Finish(child.stdout_fd, out);
  Finish(child.stderr_fd, err);
  ended.last_line = last_line;
  return ended;
}

HandlerProcess::Ended HandlerProcess::Reap(pid_t pid) {
  MutexLock lock(mutex_);
  // Its children too, such as one that sends heartbeats for ever; the group's
  // number is ours until the leader is reaped.
  kill(-pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  Ended ended;
  ended.well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  ended.reason = Describe(status);
  return ended;
}

}  // namespace furnace::worker

#include "cli/dev/supervisor.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <fstream>
#include <utility>

#include "absl/time/clock.h"
#include "cli/dev/process.h"
#include "cli/dev/process_table.h"
#include "libs/common/base/status.h"

namespace furnace::dev {
namespace {

constexpr absl::Duration kStartLimit = absl::Seconds(60);
constexpr absl::Duration kProbeInterval = absl::Milliseconds(50);
constexpr absl::Duration kTendInterval = absl::Milliseconds(200);
constexpr absl::Duration kFirstRestartDelay = absl::Milliseconds(200);
constexpr absl::Duration kMaxRestartDelay = absl::Seconds(10);
// A service that ran this long has got over whatever ended it before.
constexpr absl::Duration kStable = absl::Seconds(30);
constexpr int kTailLines = 20;

int TakeSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGCHLD, SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

}  // namespace

std::string Tail(const std::filesystem::path& path, int count) {
  std::ifstream file(path);
  std::deque<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back("    " + line + "\n");
    if (lines.size() > static_cast<std::size_t>(count)) lines.pop_front();
  }
  return fmt::format("{}", fmt::join(lines, ""));
}

Supervisor::Supervisor(Report report) : report_(std::move(report)), signal_fd_(TakeSignals()) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
}

Supervisor::~Supervisor() {
  StopAll();
  close(signal_fd_);
}

void Supervisor::Wait(absl::Duration timeout) {
  pollfd descriptor = {.fd = signal_fd_, .events = POLLIN, .revents = 0};
  poll(&descriptor, 1, static_cast<int>(absl::ToInt64Milliseconds(timeout)));
  signalfd_siginfo info;
  while (read(signal_fd_, &info, sizeof(info)) == sizeof(info)) {
    if (info.ssi_signo != SIGCHLD) ++stop_signals_;
  }
  Reap();
}

bool Supervisor::StopRequested() {
  Wait(absl::ZeroDuration());
  return stop_signals_ > 0;
}

void Supervisor::Reap() {
  int status = 0;
  for (pid_t pid = 0; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    for (Child& child : children_) {
      if (child.pid != pid) continue;  // Orphans end here, too.
      child.pid = -1;
      child.state = State::kEnded;
      child.wait_status = status;
    }
  }
}

absl::Status Supervisor::Launch(Child& child) {
  child.started_at = absl::Now();
  child.state = State::kStarting;
  FURNACE_ASSIGN_OR_RETURN(child.pid, Spawn(child.service.command));
  return absl::OkStatus();
}

absl::Status Supervisor::Start(Service service) {
  Child& child = children_.emplace_back();
  child.service = std::move(service);
  child.restart_delay = kFirstRestartDelay;
  FURNACE_RETURN_IF_ERROR(Launch(child));
  const auto failed = [&](const std::string& what) {
    return Error(absl::StatusCode::kUnavailable, "{} {}. The end of {}:\n{}", child.service.name,
                 what, child.service.command.output.string(),
                 Tail(child.service.command.output, kTailLines));
  };
  for (;;) {
    Wait(kProbeInterval);
    if (stop_signals_ > 0) return absl::CancelledError("stopped by a signal");
    if (child.state == State::kEnded) return failed(DescribeExit(child.wait_status));
    if (child.service.is_ready()) break;
    if (absl::Now() - child.started_at > kStartLimit) return failed("is not ready after a minute");
  }
  child.state = State::kReady;
  return absl::OkStatus();
}

void Supervisor::Run(const std::function<void()>& changed) {
  while (stop_signals_ == 0) {
    for (Child& child : children_) Tend(child, changed);
    Wait(kTendInterval);
  }
}

void Supervisor::Tend(Child& child, const std::function<void()>& changed) {
  const absl::Time now = absl::Now();
  const std::string& name = child.service.name;
  if (child.state == State::kEnded && child.restart_at == absl::Time()) {
    if (now - child.started_at > kStable) child.restart_delay = kFirstRestartDelay;
    child.restart_at = now + child.restart_delay;
    report_(fmt::format("{} {}; starting it again in {} (log: {})", name,
                        DescribeExit(child.wait_status), absl::FormatDuration(child.restart_delay),
                        child.service.command.output.string()));
    child.restart_delay = std::min(child.restart_delay * 2, kMaxRestartDelay);
  } else if (child.state == State::kEnded && now >= child.restart_at) {
    child.restart_at = absl::Time();
    if (const absl::Status status = Launch(child); !status.ok()) {
      child.state = State::kEnded;
      report_(fmt::format("{}: {}", name, ToStd(status.message())));
    }
  } else if (child.state == State::kStarting && child.service.is_ready()) {
    child.state = State::kReady;
    report_(fmt::format("{} is ready again (pid {})", name, child.pid));
    changed();
  }
}

void Supervisor::Stop(Child& child) {
  if (child.pid <= 0) return;
  const int signals_before = stop_signals_;
  const absl::Time deadline = absl::Now() + child.service.stop_grace;
  kill(child.pid, child.service.stop_signal);
  kill(child.pid, SIGCONT);  // A stopped process takes no SIGTERM.
  while (child.pid > 0 && absl::Now() < deadline && stop_signals_ == signals_before) {
    Wait(kProbeInterval);
  }
  if (child.pid <= 0) return;
  report_(fmt::format("{} does not stop; killing it", child.service.name));
  kill(child.pid, SIGKILL);
  while (child.pid > 0) Wait(kProbeInterval);  // SIGKILL is certain.
}

void Supervisor::StopAll() {
  constexpr absl::Duration kLeftoverGrace = absl::Seconds(3);
  for (auto child = children_.rbegin(); child != children_.rend(); ++child) Stop(*child);
  children_.clear();
  if (!EndAll(FindDescendants, kLeftoverGrace)) report_("some processes could not be ended");
}

std::vector<Supervisor::Running> Supervisor::running() const {
  std::vector<Running> running;
  for (const Child& child : children_) running.push_back({child.service.name, child.pid});
  return running;
}

}  // namespace furnace::dev

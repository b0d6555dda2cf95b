#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "cli/dev/service.h"

namespace furnace::dev {

/// Starts services one after another, keeps them running, and stops them in reverse
/// order. The destructor stops whatever runs, and every process they left behind.
///
/// One thread makes and uses it: children are bound to that thread's life. It takes
/// over SIGCHLD, SIGINT, SIGTERM and SIGHUP of the process for good, and adopts
/// orphans among its descendants.
class Supervisor {
 public:
  /// Told what happens, one line at a time.
  using Report = std::function<void(std::string_view line)>;

  explicit Supervisor(Report report);
  ~Supervisor();

  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// Starts a service and waits until it is ready. UNAVAILABLE when it ends first or
  /// takes more than a minute, with the last lines of its output; CANCELLED when
  /// a signal asks us to stop.
  absl::Status Start(Service service);

  /// Keeps the services running until a signal asks us to stop. One that ends is
  /// started again, after a delay that doubles up to ten seconds while it keeps
  /// ending; `changed` is called whenever one is ready again.
  void Run(const std::function<void()>& changed);

  /// Whether a signal has asked us to stop. Takes note of signals that have come.
  bool StopRequested();

  /// Stops services, the last started first, then all that is left of them. A
  /// second signal makes it use SIGKILL at once.
  void StopAll();

  struct Running {
    std::string name;
    pid_t pid;
  };
  std::vector<Running> running() const;

 private:
  enum class State { kStarting, kReady, kEnded };
  struct Child {
    Service service;
    pid_t pid = -1;
    State state = State::kStarting;
    int wait_status = 0;
    absl::Time started_at;
    absl::Time restart_at;
    absl::Duration restart_delay;
  };

  void Wait(absl::Duration timeout);
  void Reap();
  absl::Status Launch(Child& child);
  void Tend(Child& child, const std::function<void()>& changed);
  void Stop(Child& child);

  const Report report_;
  int signal_fd_;
  int stop_signals_ = 0;
  std::vector<Child> children_;
};

/// The last `count` lines of a file, each indented; empty when it cannot be read.
std::string Tail(const std::filesystem::path& file, int count);

}  // namespace furnace::dev

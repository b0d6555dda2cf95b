#pragma once

#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "libs/common/base/mutex.h"
#include "services/worker/app/ports.h"
#include "services/worker/process/spawn.h"

namespace furnace::worker {

/// The handler's process, and a thread that starts it, logs what it writes and
/// waits for its end. The thread lives as long as this: a process is killed with
/// the thread that started it.
class HandlerProcess final : public HandlerPort {
 public:
  /// `command` is called at each start, on the caller's thread. What the process
  /// writes is logged with `worker_id`.
  HandlerProcess(std::function<Command()> command, std::string worker_id, Mailbox& mailbox);
  /// Kills the process, if there is one.
  ~HandlerProcess() override;

  void Start(HandlerEvents& events) override;
  void Terminate() override;
  void Kill() override;

  /// Leader of the process group that runs; -1: none. From any thread.
  pid_t pid() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Ended {
    bool well = false;
    std::string reason;
    std::string last_line;
  };

  void Run();
  Ended RunOnce(const Command& command);
  Ended Watch(const Child& child);
  void Signal(int number) ABSL_LOCKS_EXCLUDED(mutex_);
  // Ends the process group and tells how its leader ended.
  Ended Reap(pid_t pid) ABSL_LOCKS_EXCLUDED(mutex_);

  const std::function<Command()> command_;
  const std::string worker_id_;
  Mailbox& mailbox_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::optional<Command> next_ ABSL_GUARDED_BY(mutex_);
  HandlerEvents* events_ ABSL_GUARDED_BY(mutex_) = nullptr;
  pid_t pid_ ABSL_GUARDED_BY(mutex_) = -1;  // While its number is ours.
  int pending_signal_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace furnace::worker

#pragma once

#include <deque>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "libs/common/base/mutex.h"

namespace furnace::gateway::http {

/// Messages of this size or more are transcoded apart from the threads that serve
/// connections: ten megabytes take tens of milliseconds, and others would wait.
inline constexpr std::size_t kLargeBytes = 128 << 10;

/// A thread for such work, one piece after another. What waits is bounded by the
/// server's limits on bodies and connections. Thread-safe.
class LargeWork {
 public:
  using Work = absl::AnyInvocable<void()>;

  LargeWork();
  ~LargeWork();

  /// Runs `work` on the thread if `bytes` are many, else at once; not at all after
  /// Stop.
  void Run(std::size_t bytes, Work work) ABSL_LOCKS_EXCLUDED(mutex_);

  /// Drops what waits and returns when nothing runs any more.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Loop() ABSL_LOCKS_EXCLUDED(mutex_);

  Mutex mutex_;
  CondVar changed_;
  std::deque<Work> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace furnace::gateway::http

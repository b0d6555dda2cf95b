#pragma once

#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "libs/common/base/mutex.h"

namespace furnace::runtime {

/// Runs a task again and again on a thread of its own: at once, then `interval`
/// after each run's end, or sooner when woken. The destructor waits for the run
/// in progress.
class Periodic {
 public:
  Periodic(absl::Duration interval, std::function<void()> task);
  ~Periodic();

  Periodic(const Periodic&) = delete;
  Periodic& operator=(const Periodic&) = delete;

  /// Makes the next run start now, or right after the present one. Thread-safe.
  void Wake() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);

  const absl::Duration interval_;
  const std::function<void()> task_;
  Mutex mutex_;
  CondVar changed_;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace furnace::runtime

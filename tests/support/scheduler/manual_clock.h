#pragma once

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "libs/common/base/clock.h"
#include "libs/common/base/mutex.h"

namespace furnace::scheduler {

/// A clock that tests move. Thread-safe.
class ManualClock final : public Clock {
 public:
  absl::Time Now() const override ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    return now_;
  }
  void Advance(absl::Duration by) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    now_ += by;
  }

 private:
  mutable Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_) = absl::FromUnixSeconds(1'800'000'000);
};

}  // namespace furnace::scheduler

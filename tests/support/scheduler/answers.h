#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "libs/common/base/mutex.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// The methods of JobQueue, for tests that fail, delay or count them.
enum class QueueCall {
  kSubmit,
  kClaim,
  kRenew,
  kSettle,
  kReport,
  kCancel,
  kFind,
  kRedrive,
  kPurge,
  kLocate
};

/// How a fake queue answers: at once and on the caller's thread, unless a test has
/// it fail or keep its answers. Thread-safe.
class Answers {
 public:
  /// The next call of this method fails so and has no effect.
  void FailNext(QueueCall call, absl::Status status) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    failures_[call] = std::move(status);
  }

  /// From now on calls of this method take effect, but are not answered.
  void Hold(QueueCall call) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    held_.insert(call);
  }

  /// Answers what was held back, in order, and answers at once again.
  void Release() ABSL_LOCKS_EXCLUDED(mutex_) {
    std::vector<absl::AnyInvocable<void()>> waiting;
    {
      MutexLock lock(mutex_);
      held_.clear();
      waiting.swap(waiting_);
    }
    for (auto& answer : waiting) answer();
  }

  /// How often the method was called.
  int calls(QueueCall call) const ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    const auto found = calls_.find(call);
    return found == calls_.end() ? 0 : found->second;
  }

 protected:
  /// Counts a call; what it is to fail with, if it is.
  std::optional<absl::Status> Begin(QueueCall call) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    ++calls_[call];
    const auto found = failures_.find(call);
    if (found == failures_.end()) return std::nullopt;
    absl::Status status = std::move(found->second);
    failures_.erase(found);
    return status;
  }

  template <typename T>
  void Answer(QueueCall call, Done<T> done, absl::StatusOr<T> result) ABSL_LOCKS_EXCLUDED(mutex_) {
    {
      MutexLock lock(mutex_);
      if (held_.contains(call)) {
        waiting_.push_back([done = std::move(done), result = std::move(result)]() mutable {
          done(std::move(result));
        });
        return;
      }
    }
    done(std::move(result));
  }

 private:
  mutable Mutex mutex_;
  std::map<QueueCall, int> calls_ ABSL_GUARDED_BY(mutex_);
  std::map<QueueCall, absl::Status> failures_ ABSL_GUARDED_BY(mutex_);
  std::set<QueueCall> held_ ABSL_GUARDED_BY(mutex_);
  std::vector<absl::AnyInvocable<void()>> waiting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace furnace::scheduler

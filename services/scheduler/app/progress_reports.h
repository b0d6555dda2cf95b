#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "libs/common/base/mutex.h"
#include "services/scheduler/app/job_watchers.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// Stores what running attempts report, and passes new chunks straight on to those who watch
/// here: other replicas learn of them by a notice, and read. Thread-safe.
class ProgressReports {
 public:
  /// `replica`: what no other replica is called.
  ProgressReports(JobQueue& queue, JobWatchers& watchers, std::string replica)
      : queue_(queue), watchers_(watchers), replica_(std::move(replica)) {}

  /// Bytes of reports that are not stored yet, beyond which no further ones should come.
  static constexpr std::size_t kMaxBytes = 32 << 20;

  /// See JobQueue::Report; gives false when the attempt holds no lease.
  void Report(ProgressReport report, Done<bool> done) ABSL_LOCKS_EXCLUDED(mutex_);

  /// Calls `then` once there is room for reports: at once, or when half of kMaxBytes is stored, on
  /// a thread that must not block.
  void AwaitRoom(absl::AnyInvocable<void()> then) ABSL_LOCKS_EXCLUDED(mutex_);

  /// A notice of reports has come: who reported, and of which jobs, each after a space.
  void Noticed(std::string_view notice);

 private:
  void Stored(std::size_t bytes) ABSL_LOCKS_EXCLUDED(mutex_);

  JobQueue& queue_;
  JobWatchers& watchers_;
  const std::string replica_;
  Mutex mutex_;
  std::size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;  // Not stored yet.
  std::vector<absl::AnyInvocable<void()>> waiting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace furnace::scheduler

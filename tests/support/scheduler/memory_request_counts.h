#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "libs/common/base/clock.h"
#include "libs/common/base/mutex.h"
#include "services/scheduler/app/request_quota.h"

namespace furnace::scheduler {

/// Counts in memory. Thread-safe.
class MemoryRequestCounts final : public RequestCounts {
 public:
  explicit MemoryRequestCounts(const Clock& clock) : clock_(clock) {}

  void Count(RequestCount count, Done<RequestsCounted> done) override ABSL_LOCKS_EXCLUDED(mutex_) {
    if (!failure_.ok()) return done(failure_);
    const absl::Time today =
        absl::UnixEpoch() + absl::Floor(clock_.Now() - absl::UnixEpoch(), absl::Hours(24));
    bool counted = false;
    {
      MutexLock lock(mutex_);
      std::int64_t& jobs = jobs_[{count.project_id, today}];
      const bool over = count.day && *count.day != today;
      counted = !over && (count.jobs <= 0 || jobs + count.jobs <= count.most);
      if (counted) jobs += count.jobs;
    }
    done(RequestsCounted{.counted = counted, .day = today});
  }

  /// It fails so until this is OK again.
  void set_status(absl::Status status) { failure_ = std::move(status); }
  /// Whether anything of a project was ever counted.
  bool Knows(const std::string& project_id) const ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    const auto first = jobs_.lower_bound({project_id, absl::InfinitePast()});
    return first != jobs_.end() && first->first.first == project_id;
  }

 private:
  const Clock& clock_;
  absl::Status failure_;
  mutable Mutex mutex_;
  // By project and day.
  std::map<std::pair<std::string, absl::Time>, std::int64_t> jobs_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace furnace::scheduler

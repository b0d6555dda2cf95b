#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/common/base/mutex.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

using EndpointPtr = std::shared_ptr<const Endpoint>;

/// A copy of the registry's endpoints, so that no submit waits for the registry and
/// its outage stops nobody who is known. Thread-safe.
class EndpointCatalog {
 public:
  explicit EndpointCatalog(EndpointSource& source) : source_(source) {}

  /// The endpoint as last heard of, or nullptr.
  EndpointPtr Cached(const std::string& id) const ABSL_LOCKS_EXCLUDED(mutex_);

  /// An endpoint that `project_id` may submit to; asks the registry for one that it
  /// has not heard of. NOT_FOUND when there is none, it is another project's, or it
  /// is deleted. May block.
  absl::StatusOr<EndpointPtr> FindFor(const std::string& project_id, const std::string& id)
      ABSL_LOCKS_EXCLUDED(mutex_);

  /// The endpoint of the project that takes a task type, as far as heard of: of those
  /// that declare it and are not paused the first by name; else the first that is.
  /// nullptr: none.
  EndpointPtr CachedFor(const std::string& project_id, const std::string& task_type) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  /// As CachedFor; asks the registry for news before it says that there is none:
  /// NOT_FOUND. May block.
  absl::StatusOr<EndpointPtr> FindForTask(const std::string& project_id,
                                          const std::string& task_type) ABSL_LOCKS_EXCLUDED(mutex_);

  /// As FindFor, whoever's it is and deleted or not.
  absl::StatusOr<EndpointPtr> Find(const std::string& id) ABSL_LOCKS_EXCLUDED(mutex_);

  /// All endpoints heard of, deleted ones included, by id.
  std::vector<EndpointPtr> All() const ABSL_LOCKS_EXCLUDED(mutex_);

  /// Brings the copy up to date. Blocks.
  absl::Status Refresh() ABSL_LOCKS_EXCLUDED(refresh_mutex_, mutex_);

 private:
  absl::Status ReadChanges() ABSL_EXCLUSIVE_LOCKS_REQUIRED(refresh_mutex_)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void Keep(Endpoint endpoint) ABSL_LOCKS_EXCLUDED(mutex_);

  EndpointSource& source_;
  Mutex refresh_mutex_;  // One at a time asks for changes.
  std::int64_t cursor_ ABSL_GUARDED_BY(refresh_mutex_) = 0;
  std::atomic<std::int64_t> begun_ = 0;                         // Refreshes.
  std::int64_t completed_ ABSL_GUARDED_BY(refresh_mutex_) = 0;  // The last one, by number.
  mutable Mutex mutex_;
  std::map<std::string, EndpointPtr> endpoints_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace furnace::scheduler

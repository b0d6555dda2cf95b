#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "libs/common/base/clock.h"
#include "libs/common/base/mutex.h"
#include "services/scheduler/app/endpoint_catalog.h"
#include "services/scheduler/app/lifetime_ports.h"

namespace furnace::scheduler {

/// Sees to the lifetimes of the workers that are connected here. Thread-safe; nothing here blocks.
class Lifetimes {
 public:
  /// How often whoever is connected is to be heard of.
  static constexpr absl::Duration kEvery = absl::Seconds(1);
  /// A lifetime goes on for at least so long without.
  static constexpr absl::Duration kMinLapse = absl::Seconds(5);

  /// `lease` is that of jobs: for as long a worker may be away and come back to its jobs.
  Lifetimes(WorkerLives& lives, const EndpointCatalog& catalog, const Clock& clock,
            absl::Duration lease)
      : lives_(lives), catalog_(catalog), clock_(clock), lapse_(std::max(lease, kMinLapse)) {}

  /// These workers of the endpoint are there, or have ended. Of workers that are not always-on,
  /// of an endpoint that wants none, nobody hears.
  void Hear(const std::string& endpoint_id, std::vector<WorkerPresence> workers)
      ABSL_LOCKS_EXCLUDED(mutex_);

  /// The worker is not connected here any more.
  void Forget(const std::string& worker_id) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Keep(const Endpoint& endpoint, std::vector<WorkerPresence> workers);
  void Learn(const std::vector<WorkerPresence>& workers, const std::set<std::string>& always_on)
      ABSL_LOCKS_EXCLUDED(mutex_);

  WorkerLives& lives_;
  const EndpointCatalog& catalog_;
  const Clock& clock_;
  const absl::Duration lapse_;

  mutable Mutex mutex_;
  // Whether workers that were heard of are always-on; nullopt: not known yet.
  std::map<std::string, std::optional<bool>> always_on_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace furnace::scheduler

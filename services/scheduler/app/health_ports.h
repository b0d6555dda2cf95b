#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace furnace::scheduler {

/// Jobs of an endpoint, counted.
struct JobTally {
  std::int64_t completed = 0;
  std::int64_t failed = 0;   // FAILED and TIMED_OUT.
  std::int64_t retried = 0;  // However they ended, if they did.

  friend bool operator==(const JobTally&, const JobTally&) = default;
};

/// Counts jobs as they were last relayed from the queue.
class JobCounter {
 public:
  virtual ~JobCounter() = default;

  /// Of the endpoint's latest `limit` jobs. Blocks. UNAVAILABLE when history cannot be
  /// reached.
  virtual absl::StatusOr<JobTally> Count(const std::string& endpoint_id, int limit) = 0;
};

}  // namespace furnace::scheduler

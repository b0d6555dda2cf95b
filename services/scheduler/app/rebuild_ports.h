// What a rebuild of the queue needs of the world, beside ports.h. All block.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// The jobs that history does not know to be final: DELAYED, IN_QUEUE or IN_PROGRESS.
class UnfinishedJobs {
 public:
  virtual ~UnfinishedJobs() = default;

  /// Ids above `after_id` (empty: all), rising, at most `limit`.
  virtual absl::StatusOr<std::vector<std::string>> List(const std::string& after_id, int limit) = 0;

  /// Those of the jobs that are unfinished, with their inline inputs and s3_config and without
  /// chunks, in any order.
  virtual absl::StatusOr<std::vector<JobRecord>> Read(const std::vector<std::string>& ids) = 0;
};

/// A job to put back, and where in its queue.
struct LostJob {
  JobRecord record;
  std::int64_t score = 0;
};

/// The queue, for putting back what it has lost. Errors are those of JobQueue.
class LostJobs {
 public:
  virtual ~LostJobs() = default;

  /// Those of the jobs, all of one shard, that are not live.
  virtual absl::StatusOr<std::vector<std::string>> Missing(int shard,
                                                           const std::vector<std::string>& ids) = 0;

  /// Puts jobs of one shard back, at most 100; how many. One that is live, or was put
  /// back before and has ended since, is left as it is.
  virtual absl::StatusOr<int> PutBack(int shard, const std::vector<LostJob>& jobs) = 0;
};

}  // namespace furnace::scheduler

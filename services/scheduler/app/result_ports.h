// What keeping results and forgetting them needs of the world, beside ports.h. All block.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/scheduler/app/ports.h"
#include "services/scheduler/domain/attempt.h"

namespace furnace::scheduler {

/// Attempts that ended without a result, and lifetimes of always-on workers.
class AttemptHistory {
 public:
  virtual ~AttemptHistory() = default;

  /// Stores attempts that have a cause; one that is stored already is skipped.
  virtual absl::Status Save(const std::vector<AttemptEnd>& attempts) = 0;

  /// The last kMaxAttempts of a job, in any order.
  virtual absl::StatusOr<std::vector<Attempt>> Of(const std::string& job_id) = 0;

  /// Stores slices of workers' lifetimes; one that is stored already is skipped.
  virtual absl::Status SaveSlices(const std::vector<WorkerSlice>& slices) = 0;
};

/// A batch that may be forgotten.
struct ExpiredBatch {
  std::string id;
  std::vector<std::string> job_ids;
};

/// What history has past its time, see JobRecord::kept_until, since a minute ago: so that what
/// was begun in time ends before it is deleted. Jobs that an unfinished one depends on are kept
/// for it.
class ExpiredJobs {
 public:
  virtual ~ExpiredJobs() = default;

  /// Shards by their number; one that there is no more, of an earlier and larger number of
  /// them, counts as its number modulo `of`.
  struct Shards {
    std::vector<int> numbers;
    int of = 1;
  };

  /// Batches of which all jobs are past their time.
  virtual absl::StatusOr<std::vector<ExpiredBatch>> ListBatches(const Shards& shards,
                                                                int limit) = 0;
  virtual absl::Status DeleteBatches(const std::vector<std::string>& ids) = 0;

  /// Jobs past their time, of no batch that is there; the longest first.
  virtual absl::StatusOr<std::vector<std::string>> List(const Shards& shards, int limit) = 0;

  /// Deletes those of the jobs that are past their time, with their payloads and attempts; how
  /// many.
  virtual absl::StatusOr<int> Delete(const std::vector<std::string>& ids) = 0;
};

}  // namespace furnace::scheduler

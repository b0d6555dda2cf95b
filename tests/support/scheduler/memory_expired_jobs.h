#pragma once

#include <string>
#include <vector>

#include "tests/support/scheduler/memory_attempt_history.h"
#include "tests/support/scheduler/memory_batch_store.h"
#include "tests/support/scheduler/memory_stores.h"

namespace furnace::scheduler {

/// What the stores in memory have past its time, by the clock of the history.
class MemoryExpiredJobs final : public ExpiredJobs {
 public:
  MemoryExpiredJobs(MemoryJobHistory& history, MemoryPayloadStore& payloads,
                    MemoryAttemptHistory& attempts, MemoryBatchStore& batches)
      : history_(history), payloads_(payloads), attempts_(attempts), batches_(batches) {}

  absl::StatusOr<std::vector<ExpiredBatch>> ListBatches(const Shards& shards, int limit) override;
  absl::Status DeleteBatches(const std::vector<std::string>& ids) override;
  absl::StatusOr<std::vector<std::string>> List(const Shards& shards, int limit) override;
  absl::StatusOr<int> Delete(const std::vector<std::string>& ids) override;

 private:
  /// Jobs past their time that no unfinished one depends on, the longest first.
  std::vector<JobRecord> Expired() const;

  MemoryJobHistory& history_;
  MemoryPayloadStore& payloads_;
  MemoryAttemptHistory& attempts_;
  MemoryBatchStore& batches_;
};

}  // namespace furnace::scheduler

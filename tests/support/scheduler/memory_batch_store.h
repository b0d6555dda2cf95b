#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "libs/common/base/mutex.h"
#include "services/scheduler/app/batch_ports.h"
#include "tests/support/scheduler/memory_stores.h"

namespace furnace::scheduler {

/// Batches in memory, beside a history in memory. Thread-safe.
class MemoryBatchStore final : public BatchStore {
 public:
  explicit MemoryBatchStore(MemoryJobHistory& history) : history_(history) {}

  absl::Status Add(const Batch& batch, const std::vector<std::string>& job_ids) override;
  absl::Status Remove(const std::string& batch_id) override;
  absl::StatusOr<Batch> Get(const std::string& batch_id, const std::string& project_id) override;
  absl::StatusOr<std::vector<Batch>> List(const BatchFilter& filter) override;
  absl::StatusOr<std::vector<std::string>> JobIds(const std::string& batch_id,
                                                  const std::string& project_id) override;
  absl::StatusOr<std::vector<FailureGroup>> FailureGroups(const std::string& batch_id,
                                                          const std::string& project_id) override;
  absl::StatusOr<std::vector<FailedJob>> Failures(const FailureFilter& filter) override;
  absl::StatusOr<std::vector<Batch>> DoneWithWebhook(
      const std::vector<std::string>& batch_ids) override;
  absl::StatusOr<std::vector<EmptyBatch>> WithoutJobs(absl::Time time, int limit) override;

  /// The jobs of each batch, by its id.
  std::map<std::string, std::vector<std::string>> All() const ABSL_LOCKS_EXCLUDED(mutex_);

  /// All methods fail so until this is OK again.
  void set_status(absl::Status status) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Entry {
    Batch batch;
    std::vector<std::string> job_ids;
  };

  absl::StatusOr<Entry> Find(const std::string& batch_id, const std::string& project_id)
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<Batch> Counted(const Entry& entry);
  absl::StatusOr<std::vector<FailedJob>> AllFailures(const std::string& batch_id,
                                                     const std::string& project_id);

  MemoryJobHistory& history_;
  mutable Mutex mutex_;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Entry> batches_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace furnace::scheduler

#pragma once

#include <string>
#include <vector>

#include "libs/common/postgres/pool.h"
#include "services/scheduler/app/batch_ports.h"

namespace furnace::scheduler {

/// Batches in scheduler.furnace_batches. Thread-safe.
class PostgresBatchStore final : public BatchStore {
 public:
  explicit PostgresBatchStore(postgres::Pool& pool) : pool_(pool) {}

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

 private:
  postgres::Pool& pool_;
};

}  // namespace furnace::scheduler

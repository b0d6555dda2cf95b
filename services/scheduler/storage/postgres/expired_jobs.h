#pragma once

#include <string>
#include <vector>

#include "libs/common/postgres/pool.h"
#include "services/scheduler/app/result_ports.h"

namespace furnace::scheduler {

/// What scheduler.furnace_jobs and scheduler.furnace_batches have past its time, by the
/// database's clock. Thread-safe.
class PostgresExpiredJobs final : public ExpiredJobs {
 public:
  explicit PostgresExpiredJobs(postgres::Pool& pool) : pool_(pool) {}

  absl::StatusOr<std::vector<ExpiredBatch>> ListBatches(const Shards& shards, int limit) override;
  absl::Status DeleteBatches(const std::vector<std::string>& ids) override;
  absl::StatusOr<std::vector<std::string>> List(const Shards& shards, int limit) override;
  absl::StatusOr<int> Delete(const std::vector<std::string>& ids) override;

 private:
  postgres::Pool& pool_;
};

}  // namespace furnace::scheduler

#pragma once

#include <string>
#include <vector>

#include "libs/common/postgres/pool.h"
#include "services/scheduler/app/result_ports.h"

namespace furnace::scheduler {

/// Attempts in scheduler.furnace_attempts, lifetimes in scheduler.furnace_worker_lifetimes.
/// Thread-safe.
class PostgresAttemptHistory final : public AttemptHistory {
 public:
  explicit PostgresAttemptHistory(postgres::Pool& pool) : pool_(pool) {}

  absl::Status Save(const std::vector<AttemptEnd>& attempts) override;
  absl::StatusOr<std::vector<Attempt>> Of(const std::string& job_id) override;
  absl::Status SaveSlices(const std::vector<WorkerSlice>& slices) override;

 private:
  postgres::Pool& pool_;
};

}  // namespace furnace::scheduler

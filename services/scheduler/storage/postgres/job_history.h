#pragma once

#include <string>
#include <vector>

#include "libs/common/postgres/pool.h"
#include "services/scheduler/app/health_ports.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// Jobs in scheduler.furnace_jobs. Thread-safe.
class PostgresJobHistory final : public JobHistory, public JobCounter {
 public:
  explicit PostgresJobHistory(postgres::Pool& pool) : pool_(pool) {}

  absl::Status Save(const std::vector<JobRecord>& jobs) override;
  absl::StatusOr<JobRecord> Get(const std::string& job_id, const std::string& project_id) override;
  absl::StatusOr<std::vector<Job>> List(const JobFilter& filter) override;
  absl::StatusOr<JobTally> Count(const std::string& endpoint_id, int limit) override;

 private:
  postgres::Pool& pool_;
};

}  // namespace furnace::scheduler

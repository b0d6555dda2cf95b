#pragma once

#include <string>
#include <vector>

#include "libs/common/postgres/pool.h"
#include "services/scheduler/app/rebuild_ports.h"

namespace furnace::scheduler {

/// The unfinished jobs of scheduler.furnace_jobs. Thread-safe.
class PostgresUnfinishedJobs final : public UnfinishedJobs {
 public:
  explicit PostgresUnfinishedJobs(postgres::Pool& pool) : pool_(pool) {}

  absl::StatusOr<std::vector<std::string>> List(const std::string& after_id, int limit) override;
  absl::StatusOr<std::vector<JobRecord>> Read(const std::vector<std::string>& ids) override;

 private:
  postgres::Pool& pool_;
};

}  // namespace furnace::scheduler

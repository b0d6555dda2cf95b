#pragma once

#include <string>
#include <vector>

#include "libs/common/postgres/pool.h"
#include "services/registry/app/ports.h"

namespace furnace::registry {

/// Projects in registry.projects.
class PostgresProjectStore final : public ProjectStore {
 public:
  explicit PostgresProjectStore(postgres::Pool& pool) : pool_(pool) {}

  absl::Status Create(const Project& project) override;
  absl::StatusOr<Project> Ensure(const Project& project) override;
  absl::StatusOr<Project> Get(const std::string& id) override;
  absl::StatusOr<std::vector<Project>> List(int limit) override;
  absl::StatusOr<Project> SetQuota(const std::string& id, const ProjectQuota& quota) override;
  absl::StatusOr<std::vector<Project>> ListWithQuota(const std::string& after_id,
                                                     int limit) override;

 private:
  postgres::Pool& pool_;
};

/// Whether the database answers.
bool IsReachable(postgres::Pool& pool);

}  // namespace furnace::registry

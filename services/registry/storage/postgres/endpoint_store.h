#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libs/common/postgres/pool.h"
#include "services/registry/app/ports.h"

namespace furnace::registry {

/// Endpoints in registry.furnace_endpoints.
///
/// All writers take turns by a lock on the change counter, which is held from the
/// first statement of a write to its commit: that is what makes ListChanges
/// complete, and checks of limits and updates free of races. Endpoints change
/// rarely enough.
class PostgresEndpointStore final : public EndpointStore {
 public:
  explicit PostgresEndpointStore(postgres::Pool& pool) : pool_(pool) {}

  absl::Status Create(const Endpoint& endpoint, int max_live) override;
  absl::StatusOr<Endpoint> Update(const std::string& project_id, const std::string& id,
                                  const Change& change) override;
  absl::StatusOr<Endpoint> Get(const std::string& project_id, const std::string& id) override;
  absl::StatusOr<std::string> FindId(const std::string& project_id,
                                     const std::string& name) override;
  absl::StatusOr<std::vector<Endpoint>> List(const std::string& project_id,
                                             const std::string& after_name, int limit) override;
  absl::StatusOr<Endpoint> Find(const std::string& id) override;
  absl::StatusOr<std::vector<EndpointChange>> ListChanges(std::int64_t cursor, int limit) override;

 private:
  postgres::Pool& pool_;
};

}  // namespace furnace::registry

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libs/common/postgres/pool.h"
#include "services/registry/app/ports.h"

namespace furnace::registry {

/// Keys in registry.api_keys. Writers of one project take turns by a lock on its
/// row.
class PostgresApiKeyStore final : public ApiKeyStore {
 public:
  explicit PostgresApiKeyStore(postgres::Pool& pool) : pool_(pool) {}

  absl::Status Create(const ApiKey& key, std::string_view sha256, int max_live) override;
  absl::Status PutOperator(const ApiKey& key, std::string_view sha256) override;
  absl::StatusOr<std::vector<ApiKey>> List(const std::string& project_id, int limit) override;
  absl::StatusOr<ApiKey> Revoke(const std::string& project_id, const std::string& key_id,
                                absl::Time now) override;
  absl::StatusOr<ApiKey> Resolve(std::string_view sha256) override;

 private:
  postgres::Pool& pool_;
};

}  // namespace furnace::registry

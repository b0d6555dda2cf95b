#include "tests/support/registry_database.h"

#include <cstdlib>
#include <string>

#include "libs/common/base/check.h"
#include "services/registry/storage/postgres/schema.h"

namespace furnace::registry {
namespace {

constexpr std::size_t kConnections = 10;

std::string MigratedDsn() {
  const char* dsn = std::getenv("FURNACE_TEST_POSTGRES_DSN");
  FURNACE_CHECK(dsn != nullptr);
  static const absl::Status migrated = MigrateSchema(dsn);
  FURNACE_CHECK(migrated.ok());
  return postgres::WithDeadlines(dsn);
}

}  // namespace

TestDatabase::TestDatabase() : pool_(MigratedDsn(), kConnections) {
  FURNACE_CHECK(pool_.Exec("TRUNCATE registry.projects CASCADE", {}).ok());
  FURNACE_CHECK(pool_.Exec("UPDATE registry.endpoint_change_counter SET last = 0", {}).ok());
}

}  // namespace furnace::registry

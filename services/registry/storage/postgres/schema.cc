#include "services/registry/storage/postgres/schema.h"

#include "libs/common/postgres/migrator.h"
#include "libs/common/postgres/pool.h"
#include "services/registry/storage/postgres/migrations.h"

namespace furnace::registry {
namespace {

// A migration may wait for another replica's and rewrite a table.
constexpr absl::Duration kTimeout = absl::Minutes(10);

}  // namespace

absl::Status MigrateSchema(const std::string& dsn) {
  return postgres::Migrate(postgres::WithDeadlines(dsn, kTimeout), "registry", kMigrations);
}

}  // namespace furnace::registry

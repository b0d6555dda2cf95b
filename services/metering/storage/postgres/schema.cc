#include "services/metering/storage/postgres/schema.h"

#include "libs/common/postgres/migrator.h"
#include "libs/common/postgres/pool.h"
#include "services/metering/storage/postgres/migrations.h"

namespace furnace::metering {
namespace {

// Migrations may rewrite tables: they wait longer than a statement of a call.
constexpr absl::Duration kStatementTimeout = absl::Minutes(10);

}  // namespace

absl::Status MigrateSchema(const std::string& dsn) {
  return postgres::Migrate(postgres::WithDeadlines(dsn, kStatementTimeout), "metering",
                           kMigrations);
}

}  // namespace furnace::metering

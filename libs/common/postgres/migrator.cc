#include "libs/common/postgres/migrator.h"

#include <fmt/format.h>

#include "libs/common/base/status.h"
#include "libs/common/postgres/connection.h"
#include "libs/common/postgres/sql.h"

namespace furnace::postgres {
namespace {

absl::Status Apply(Connection& connection, std::string_view service, const Migration& migration) {
  FURNACE_ASSIGN_OR_RETURN(
      const Rows rows,
      connection.Exec(sql::kSelectMigration, {std::string(service), std::string(migration.name)}));
  if (!rows.empty()) return absl::OkStatus();
  FURNACE_RETURN_IF_ERROR(connection.ExecScript("BEGIN"));
  absl::Status status = connection.ExecScript(migration.sql);
  if (status.ok()) {
    status =
        connection.Exec(sql::kInsertMigration, {std::string(service), std::string(migration.name)})
            .status();
  }
  const absl::Status ended = connection.ExecScript(status.ok() ? "COMMIT" : "ROLLBACK");
  return Annotate(status.ok() ? ended : status,
                  fmt::format("migration {}/{}", service, migration.name));
}

}  // namespace

absl::Status Migrate(const std::string& dsn, std::string_view service,
                     std::span<const Migration> migrations) {
  FURNACE_ASSIGN_OR_RETURN(Connection connection, Connection::Open(dsn));
  // Held until the session ends, that is, until `connection` goes.
  FURNACE_RETURN_IF_ERROR(connection.Exec(sql::kLockMigrations, {}).status());
  FURNACE_RETURN_IF_ERROR(connection.ExecScript(sql::kCreateMigrations));
  for (const Migration& migration : migrations) {
    FURNACE_RETURN_IF_ERROR(Apply(connection, service, migration));
  }
  return absl::OkStatus();
}

}  // namespace furnace::postgres

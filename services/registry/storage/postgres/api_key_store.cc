#include "services/registry/storage/postgres/api_key_store.h"

#include "absl/strings/escaping.h"
#include "libs/common/base/status.h"
#include "services/registry/storage/postgres/sql.h"

namespace furnace::registry {
namespace {

absl::StatusOr<Role> ParseRole(std::string_view text) {
  for (const Role role :
       {Role::kViewer, Role::kRunner, Role::kDeveloper, Role::kAdmin, Role::kOperator}) {
    if (ToString(role) == text) return role;
  }
  return Error(absl::StatusCode::kInternal, "unknown role '{}' in the database", text);
}

absl::StatusOr<ApiKey> ReadKey(const postgres::Rows& rows, int row) {
  ApiKey key{.id = std::string(rows.Text(row, 0)),
             .project_id = std::string(rows.Text(row, 1)),
             .name = std::string(rows.Text(row, 2)),
             .prefix = std::string(rows.Text(row, 3)),
             .role = Role::kNone,
             .created_at = absl::FromUnixMicros(rows.Int(row, 5)),
             .revoked_at = rows.Time(row, 6)};
  FURNACE_ASSIGN_OR_RETURN(key.role, ParseRole(rows.Text(row, 4)));
  return key;
}

std::string Bytea(std::string_view bytes) {
  return fmt::format("\\x{}", absl::BytesToHexString(ToAbsl(bytes)));
}

std::vector<postgres::Param> InsertParams(const ApiKey& key, std::string_view sha256) {
  return {key.id,
          key.project_id,
          key.name,
          key.prefix,
          Bytea(sha256),
          std::string(ToString(key.role)),
          postgres::TimeParam(key.created_at)};
}

absl::Status LockProject(postgres::Connection& connection, const std::string& id) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows, connection.Exec(sql::kLockProject, {id}));
  return rows.empty() ? NotFound("project", id) : absl::OkStatus();
}

}  // namespace

absl::Status PostgresApiKeyStore::Create(const ApiKey& key, std::string_view sha256, int max_live) {
  return pool_.Transact([&](postgres::Connection& connection) -> absl::Status {
    FURNACE_RETURN_IF_ERROR(LockProject(connection, key.project_id));
    FURNACE_ASSIGN_OR_RETURN(const postgres::Rows live,
                             connection.Exec(sql::kCountLiveKeys, {key.project_id}));
    if (live.Int(0, 0) >= max_live) {
      return Error(absl::StatusCode::kResourceExhausted, "the project has {} live keys", max_live);
    }
    return connection.Exec(sql::kInsertKey, InsertParams(key, sha256)).status();
  });
}

absl::Status PostgresApiKeyStore::PutOperator(const ApiKey& key, std::string_view sha256) {
  return pool_.Transact([&](postgres::Connection& connection) -> absl::Status {
    FURNACE_RETURN_IF_ERROR(LockProject(connection, key.project_id));
    FURNACE_RETURN_IF_ERROR(
        connection.Exec(sql::kPutOperatorKey, InsertParams(key, sha256)).status());
    return connection
        .Exec(sql::kRevokeOtherOperators, {Bytea(sha256), postgres::TimeParam(key.created_at)})
        .status();
  });
}

absl::StatusOr<std::vector<ApiKey>> PostgresApiKeyStore::List(const std::string& project_id,
                                                              int limit) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows project,
                           pool_.Exec(sql::kSelectProject, {project_id}));
  if (project.empty()) return NotFound("project", project_id);
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kListKeys, {project_id, std::to_string(limit)}));
  std::vector<ApiKey> keys;
  for (int row = 0; row < rows.size(); ++row) {
    FURNACE_ASSIGN_OR_RETURN(keys.emplace_back(), ReadKey(rows, row));
  }
  return keys;
}

absl::StatusOr<ApiKey> PostgresApiKeyStore::Revoke(const std::string& project_id,
                                                   const std::string& key_id, absl::Time now) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kRevokeKey, {project_id, key_id, postgres::TimeParam(now)}));
  if (rows.empty()) return NotFound("key", key_id);
  return ReadKey(rows, 0);
}

absl::StatusOr<ApiKey> PostgresApiKeyStore::Resolve(std::string_view sha256) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kSelectLiveKey, {Bytea(sha256)}));
  if (rows.empty()) return absl::NotFoundError("no live key has this hash");
  return ReadKey(rows, 0);
}

}  // namespace furnace::registry

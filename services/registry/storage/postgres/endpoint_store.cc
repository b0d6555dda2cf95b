#include "services/registry/storage/postgres/endpoint_store.h"

#include <string>
#include <utility>
#include <vector>

#include "libs/common/base/status.h"
#include "services/registry/domain/access.h"
#include "services/registry/storage/postgres/endpoint_row.h"
#include "services/registry/storage/postgres/sql.h"

namespace furnace::registry {
namespace {

absl::StatusOr<std::int64_t> TakeChangeNumber(postgres::Connection& connection) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows, connection.Exec(sql::kTakeChangeNumber, {}));
  if (rows.empty()) return absl::InternalError("registry.endpoint_change_counter has no row");
  return rows.Int(0, 0);
}

// The errors of a write in the words of the port.
absl::Status Explain(const absl::Status& status, const Endpoint& endpoint) {
  if (absl::IsAlreadyExists(status)) {
    return Error(absl::StatusCode::kAlreadyExists, "spec.name: the project has an endpoint '{}'",
                 endpoint.spec.name);
  }
  // The foreign key to the project.
  if (absl::IsFailedPrecondition(status)) return NotFound("project", endpoint.project_id);
  return status;
}

absl::StatusOr<std::vector<Endpoint>> ReadAll(const postgres::Rows& rows) {
  std::vector<Endpoint> endpoints;
  endpoints.reserve(static_cast<std::size_t>(rows.size()));
  for (int row = 0; row < rows.size(); ++row) {
    FURNACE_ASSIGN_OR_RETURN(endpoints.emplace_back(), ReadEndpoint(rows, row));
  }
  return endpoints;
}

}  // namespace

absl::Status PostgresEndpointStore::Create(const Endpoint& endpoint, int max_live) {
  const absl::Status created =
      pool_.Transact([&](postgres::Connection& connection) -> absl::Status {
        FURNACE_ASSIGN_OR_RETURN(const std::int64_t change, TakeChangeNumber(connection));
        FURNACE_ASSIGN_OR_RETURN(const postgres::Rows live,
                                 connection.Exec(sql::kCountLiveEndpoints, {endpoint.project_id}));
        if (live.Int(0, 0) >= max_live) {
          return Error(absl::StatusCode::kResourceExhausted, "the project has {} endpoints",
                       max_live);
        }
        return connection.Exec(sql::kPutEndpoint, PutEndpointParams(endpoint, change)).status();
      });
  return Explain(created, endpoint);
}

absl::StatusOr<Endpoint> PostgresEndpointStore::Update(const std::string& project_id,
                                                       const std::string& id,
                                                       const Change& change) {
  Endpoint next;
  FURNACE_RETURN_IF_ERROR(pool_.Transact([&](postgres::Connection& connection) -> absl::Status {
    FURNACE_ASSIGN_OR_RETURN(const std::int64_t number, TakeChangeNumber(connection));
    FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                             connection.Exec(sql::kSelectLiveEndpoint, {project_id, id}));
    if (rows.empty()) return NotFound("endpoint", id);
    FURNACE_ASSIGN_OR_RETURN(const Endpoint current, ReadEndpoint(rows, 0));
    FURNACE_ASSIGN_OR_RETURN(next, change(current));
    if (next == current) return absl::OkStatus();
    return connection.Exec(sql::kPutEndpoint, PutEndpointParams(next, number)).status();
  }));
  return next;
}

absl::StatusOr<Endpoint> PostgresEndpointStore::Get(const std::string& project_id,
                                                    const std::string& id) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kSelectLiveEndpoint, {project_id, id}));
  if (rows.empty()) return NotFound("endpoint", id);
  return ReadEndpoint(rows, 0);
}

absl::StatusOr<std::string> PostgresEndpointStore::FindId(const std::string& project_id,
                                                          const std::string& name) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kSelectEndpointId, {project_id, name}));
  if (rows.empty()) return NotFound("endpoint", name);
  return std::string(rows.Text(0, 0));
}

absl::StatusOr<std::vector<Endpoint>> PostgresEndpointStore::List(const std::string& project_id,
                                                                  const std::string& after_name,
                                                                  int limit) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kListEndpoints, {project_id, after_name, std::to_string(limit)}));
  return ReadAll(rows);
}

absl::StatusOr<Endpoint> PostgresEndpointStore::Find(const std::string& id) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows, pool_.Exec(sql::kSelectEndpoint, {id}));
  if (rows.empty()) return NotFound("endpoint", id);
  return ReadEndpoint(rows, 0);
}

absl::StatusOr<std::vector<EndpointChange>> PostgresEndpointStore::ListChanges(std::int64_t cursor,
                                                                               int limit) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kListEndpointChanges, {std::to_string(cursor), std::to_string(limit)}));
  std::vector<EndpointChange> changes;
  for (int row = 0; row < rows.size(); ++row) {
    FURNACE_ASSIGN_OR_RETURN(Endpoint endpoint, ReadEndpoint(rows, row));
    changes.push_back({std::move(endpoint), ReadChange(rows, row)});
  }
  return changes;
}

}  // namespace furnace::registry

#include "services/registry/storage/postgres/project_store.h"

#include "libs/common/base/status.h"
#include "services/registry/domain/access.h"
#include "services/registry/storage/postgres/sql.h"

namespace furnace::registry {
namespace {

Project ReadProject(const postgres::Rows& rows, int row) {
  return {.id = std::string(rows.Text(row, 0)),
          .name = std::string(rows.Text(row, 1)),
          .created_at = absl::FromUnixMicros(rows.Int(row, 2))};
}

std::vector<postgres::Param> InsertParams(const Project& project) {
  return {project.id, project.name, postgres::TimeParam(project.created_at)};
}

}  // namespace

absl::Status PostgresProjectStore::Create(const Project& project) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kInsertProject, InsertParams(project)));
  if (rows.affected() == 1) return absl::OkStatus();
  return Error(absl::StatusCode::kAlreadyExists, "name or id: taken by another project than '{}'",
               project.name);
}

absl::StatusOr<Project> PostgresProjectStore::Ensure(const Project& project) {
  FURNACE_RETURN_IF_ERROR(pool_.Exec(sql::kInsertProject, InsertParams(project)).status());
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kSelectProjectByName, {project.name}));
  if (rows.empty()) return NotFound("project", project.name);
  return ReadProject(rows, 0);
}

absl::StatusOr<Project> PostgresProjectStore::Get(const std::string& id) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows, pool_.Exec(sql::kSelectProject, {id}));
  if (rows.empty()) return NotFound("project", id);
  return ReadProject(rows, 0);
}

absl::StatusOr<std::vector<Project>> PostgresProjectStore::List(int limit) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kListProjects, {std::to_string(limit)}));
  std::vector<Project> projects;
  for (int row = 0; row < rows.size(); ++row) projects.push_back(ReadProject(rows, row));
  return projects;
}

bool IsReachable(postgres::Pool& pool) { return pool.Exec(sql::kCheckHealth, {}).ok(); }

}  // namespace furnace::registry

#include "services/registry/storage/postgres/project_store.h"

#include "libs/common/base/status.h"
#include "services/registry/domain/access.h"
#include "services/registry/storage/postgres/sql.h"

namespace furnace::registry {
namespace {

constexpr char kBeforeAllIds[] = "00000000-0000-0000-0000-000000000000";

Project ReadProject(const postgres::Rows& rows, int row) {
  return {.id = std::string(rows.Text(row, 0)),
          .name = std::string(rows.Text(row, 1)),
          .created_at = absl::FromUnixMicros(rows.Int(row, 2)),
          .quota = {.max_queued_jobs = rows.Int(row, 3),
                    .max_concurrent_gpus = rows.Int(row, 4),
                    .max_requests_per_day = rows.Int(row, 5)}};
}

std::vector<Project> ReadProjects(const postgres::Rows& rows) {
  std::vector<Project> projects;
  for (int row = 0; row < rows.size(); ++row) projects.push_back(ReadProject(rows, row));
  return projects;
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
  return ReadProjects(rows);
}

absl::StatusOr<Project> PostgresProjectStore::SetQuota(const std::string& id,
                                                       const ProjectQuota& quota) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kUpdateProjectQuota, {id, std::to_string(quota.max_queued_jobs),
                                            std::to_string(quota.max_concurrent_gpus),
                                            std::to_string(quota.max_requests_per_day)}));
  if (rows.empty()) return NotFound("project", id);
  return ReadProject(rows, 0);
}

absl::StatusOr<std::vector<Project>> PostgresProjectStore::ListWithQuota(
    const std::string& after_id, int limit) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kListProjectsWithQuota,
                 {after_id.empty() ? kBeforeAllIds : after_id, std::to_string(limit)}));
  return ReadProjects(rows);
}

bool IsReachable(postgres::Pool& pool) { return pool.Exec(sql::kCheckHealth, {}).ok(); }

}  // namespace furnace::registry

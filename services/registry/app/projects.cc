#include "services/registry/app/projects.h"

#include <utility>

#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "services/registry/app/now.h"
#include "services/registry/domain/endpoint.h"
#include "services/registry/domain/page.h"

namespace furnace::registry {

absl::StatusOr<Project> Projects::Create(const std::string& name, const std::string& id) {
  const absl::Time now = NowInMicros(clock_);
  Project project{.id = id.empty() ? NewUuid(now) : id, .name = name, .created_at = now};
  FURNACE_RETURN_IF_ERROR(Validate(project));
  FURNACE_RETURN_IF_ERROR(store_.Create(project));
  return project;
}

absl::StatusOr<Project> Projects::Get(const Caller& caller, std::string_view project_id) {
  FURNACE_ASSIGN_OR_RETURN(const std::string id, ResolveProject(caller, project_id));
  return store_.Get(id);
}

absl::StatusOr<std::vector<Project>> Projects::List(const Caller& caller) {
  if (caller.role >= Role::kOperator) return store_.List(kMaxListed);
  FURNACE_ASSIGN_OR_RETURN(Project own, store_.Get(caller.project_id));
  return std::vector<Project>{std::move(own)};
}

absl::StatusOr<Project> Projects::SetQuota(const Caller& caller, std::string_view project_id,
                                           const ProjectQuota& quota) {
  FURNACE_ASSIGN_OR_RETURN(const std::string id, ResolveProject(caller, project_id));
  FURNACE_RETURN_IF_ERROR(Validate(quota));
  return store_.SetQuota(id, quota);
}

absl::StatusOr<std::vector<Project>> Projects::ListWithQuota(const std::string& after_id,
                                                             int limit) {
  if (!after_id.empty() && !IsUuid(after_id)) {
    return absl::InvalidArgumentError("after_project_id: not a UUID");
  }
  FURNACE_ASSIGN_OR_RETURN(const int size, PageSize("limit", limit, kMaxPageSize));
  return store_.ListWithQuota(after_id, size);
}

}  // namespace furnace::registry

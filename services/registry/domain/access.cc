#include "services/registry/domain/access.h"

#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "services/registry/domain/text.h"

namespace furnace::registry {

std::string_view ToString(Role role) {
  switch (role) {
    case Role::kNone: return "none";
    case Role::kViewer: return "viewer";
    case Role::kRunner: return "runner";
    case Role::kDeveloper: return "developer";
    case Role::kAdmin: return "admin";
    case Role::kOperator: return "operator";
  }
  return "none";
}

absl::Status RequireRole(const Caller& caller, Role least) {
  if (caller.role >= least) return absl::OkStatus();
  return Error(absl::StatusCode::kPermissionDenied, "this needs role {}, the caller has {}",
               ToString(least), ToString(caller.role));
}

absl::StatusOr<std::string> ResolveProject(const Caller& caller, std::string_view project_id) {
  if (project_id == "me" || project_id == caller.project_id) return caller.project_id;
  if (caller.role < Role::kOperator || !IsUuid(project_id)) return NotFound("project", project_id);
  return std::string(project_id);
}

absl::Status ValidateIssuedRole(Role role) {
  if (role >= Role::kViewer && role <= Role::kAdmin) return absl::OkStatus();
  return absl::InvalidArgumentError("role: not one of VIEWER, RUNNER, DEVELOPER and ADMIN");
}

absl::Status NotFound(std::string_view kind, std::string_view id) {
  return Error(absl::StatusCode::kNotFound, "no {} {}", kind, Shown(id));
}

}  // namespace furnace::registry

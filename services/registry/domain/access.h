// Who may do what, and whose things a caller may see.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace furnace::registry {

/// What a credential may do; each role may do all that the ones before it may.
enum class Role { kNone, kViewer, kRunner, kDeveloper, kAdmin, kOperator };

/// "viewer"; "none" for kNone.
std::string_view ToString(Role role);

/// Who calls, as the gateway authenticated it.
struct Caller {
  std::string project_id;  // UUID.
  Role role = Role::kNone;
};

/// PERMISSION_DENIED when the caller may do less than `least`.
absl::Status RequireRole(const Caller& caller, Role least);

/// The project that a request for `project_id` means: "me" is the caller's own.
///
/// Errors: NOT_FOUND when it is somebody else's and the caller is no operator, or
/// is no UUID. That the project exists is not checked.
absl::StatusOr<std::string> ResolveProject(const Caller& caller, std::string_view project_id);

/// INVALID_ARGUMENT, naming the field "role", unless a key of this role may be
/// issued: VIEWER to ADMIN.
absl::Status ValidateIssuedRole(Role role);

/// The error for a thing that is not there or not the caller's: both look alike.
absl::Status NotFound(std::string_view kind, std::string_view id);

}  // namespace furnace::registry

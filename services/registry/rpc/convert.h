// Between wire types and domain types: callers, projects and keys. Endpoints are in
// convert_endpoint.h; nothing else mentions both.
#pragma once

#include "absl/status/statusor.h"
#include "furnace/v1/options.pb.h"
#include "furnace/v1/project.pb.h"
#include "libs/common/rpc/call_context.h"
#include "services/registry/domain/access.h"
#include "services/registry/domain/api_key.h"
#include "services/registry/domain/project.h"

namespace furnace::registry::rpc {

/// kNone for UNSPECIFIED and for values newer than this build.
Role FromProto(v1::Role role);
v1::Role ToProto(Role role);

/// Who calls. PERMISSION_DENIED when the call carries no project, or a role below
/// `least`.
absl::StatusOr<Caller> CallerOf(const furnace::rpc::CallContext& call, Role least);

v1::Project ToProto(const Project& project);
ProjectQuota FromProto(const v1::ProjectQuota& quota);
v1::ProjectQuota ToProto(const ProjectQuota& quota);
v1::ApiKey ToProto(const ApiKey& key);

}  // namespace furnace::registry::rpc

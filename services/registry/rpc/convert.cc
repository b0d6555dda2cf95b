#include "services/registry/rpc/convert.h"

#include "libs/common/base/status.h"
#include "services/registry/rpc/timestamp.h"

namespace furnace::registry::rpc {

Role FromProto(v1::Role role) {
  switch (role) {
    case v1::ROLE_VIEWER: return Role::kViewer;
    case v1::ROLE_RUNNER: return Role::kRunner;
    case v1::ROLE_DEVELOPER: return Role::kDeveloper;
    case v1::ROLE_ADMIN: return Role::kAdmin;
    case v1::ROLE_OPERATOR: return Role::kOperator;
    default: return Role::kNone;
  }
}

v1::Role ToProto(Role role) {
  switch (role) {
    case Role::kNone: return v1::ROLE_UNSPECIFIED;
    case Role::kViewer: return v1::ROLE_VIEWER;
    case Role::kRunner: return v1::ROLE_RUNNER;
    case Role::kDeveloper: return v1::ROLE_DEVELOPER;
    case Role::kAdmin: return v1::ROLE_ADMIN;
    case Role::kOperator: return v1::ROLE_OPERATOR;
  }
  return v1::ROLE_UNSPECIFIED;
}

absl::StatusOr<Caller> CallerOf(const furnace::rpc::CallContext& call, Role least) {
  Caller caller{.project_id = {}, .role = FromProto(call.role)};
  FURNACE_ASSIGN_OR_RETURN(caller.project_id, furnace::rpc::ProjectOf(call));
  FURNACE_RETURN_IF_ERROR(RequireRole(caller, least));
  return caller;
}

v1::Project ToProto(const Project& project) {
  v1::Project proto;
  proto.set_id(project.id);
  proto.set_name(project.name);
  SetTimestamp(project.created_at, proto.mutable_created_at());
  if (project.quota != ProjectQuota()) *proto.mutable_quota() = ToProto(project.quota);
  return proto;
}

ProjectQuota FromProto(const v1::ProjectQuota& quota) {
  return {.max_queued_jobs = quota.max_queued_jobs(),
          .max_concurrent_gpus = quota.max_concurrent_gpus(),
          .max_requests_per_day = quota.max_requests_per_day()};
}

v1::ProjectQuota ToProto(const ProjectQuota& quota) {
  v1::ProjectQuota proto;
  proto.set_max_queued_jobs(quota.max_queued_jobs);
  proto.set_max_concurrent_gpus(quota.max_concurrent_gpus);
  proto.set_max_requests_per_day(quota.max_requests_per_day);
  return proto;
}

v1::ApiKey ToProto(const ApiKey& key) {
  v1::ApiKey proto;
  proto.set_id(key.id);
  proto.set_project_id(key.project_id);
  proto.set_name(key.name);
  proto.set_prefix(key.prefix);
  proto.set_role(ToProto(key.role));
  SetTimestamp(key.created_at, proto.mutable_created_at());
  if (key.revoked_at) SetTimestamp(*key.revoked_at, proto.mutable_revoked_at());
  return proto;
}

}  // namespace furnace::registry::rpc

#include "services/registry/rpc/convert.h"

#include <cstdint>
#include <optional>

#include "libs/common/base/status.h"

namespace furnace::registry::rpc {
namespace {

void SetTimestamp(absl::Time time, google::protobuf::Timestamp* timestamp) {
  constexpr std::int64_t kMicrosPerSecond = 1'000'000;
  constexpr std::int64_t kNanosPerMicro = 1'000;
  const std::int64_t micros = absl::ToUnixMicros(time);
  timestamp->set_seconds(micros / kMicrosPerSecond);
  timestamp->set_nanos(static_cast<std::int32_t>(micros % kMicrosPerSecond * kNanosPerMicro));
}

// proto3 cannot tell 0 from "left out"; where 0 is no valid value it means that.
std::optional<int> UnlessZero(std::int32_t value) {
  return value == 0 ? std::nullopt : std::optional<int>(value);
}

absl::StatusOr<ScalerType> FromProto(v1::ScalerType type) {
  switch (type) {
    case v1::SCALER_TYPE_UNSPECIFIED:
    case v1::SCALER_TYPE_QUEUE_DELAY: return ScalerType::kQueueDelay;
    case v1::SCALER_TYPE_REQUEST_COUNT: return ScalerType::kRequestCount;
    default:
      return Error(absl::StatusCode::kInvalidArgument,
                   "spec.scaler_type: {} is neither QUEUE_DELAY nor REQUEST_COUNT",
                   static_cast<int>(type));
  }
}

v1::ScalerType ToProto(ScalerType type) {
  return type == ScalerType::kQueueDelay ? v1::SCALER_TYPE_QUEUE_DELAY
                                         : v1::SCALER_TYPE_REQUEST_COUNT;
}

v1::EndpointStatus ToProto(EndpointStatus status) {
  return status == EndpointStatus::kActive ? v1::ENDPOINT_STATUS_ACTIVE
                                           : v1::ENDPOINT_STATUS_DELETED;
}

v1::EndpointSpec ToProto(const EndpointSpec& spec) {
  v1::EndpointSpec proto;
  proto.set_name(spec.name);
  proto.set_image_uri(spec.image_uri);
  proto.set_handler_path(spec.handler_path);
  proto.mutable_env()->insert(spec.env.begin(), spec.env.end());
  proto.mutable_gpu_types()->Add(spec.gpu_types.begin(), spec.gpu_types.end());
  proto.set_gpu_count(spec.gpu_count);
  proto.set_vram_min_mib(spec.vram_min_mib);
  proto.set_timeout_seconds(spec.timeout_seconds);
  proto.set_min_workers(spec.min_workers);
  proto.set_max_workers(spec.max_workers);
  proto.set_idle_timeout_seconds(spec.idle_timeout_seconds);
  proto.set_scaler_type(ToProto(spec.scaler_type));
  proto.set_scaler_value(spec.scaler_value);
  proto.set_max_retries(spec.max_retries);
  return proto;
}

}  // namespace

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

absl::StatusOr<EndpointDraft> FromProto(const v1::EndpointSpec& spec) {
  EndpointDraft draft;
  draft.name = spec.name();
  draft.image_uri = spec.image_uri();
  draft.handler_path = spec.handler_path();
  draft.env.insert(spec.env().begin(), spec.env().end());
  draft.gpu_types.assign(spec.gpu_types().begin(), spec.gpu_types().end());
  draft.gpu_count = UnlessZero(spec.gpu_count());
  draft.vram_min_mib = spec.vram_min_mib();
  draft.timeout_seconds = UnlessZero(spec.timeout_seconds());
  draft.min_workers = spec.min_workers();
  if (spec.has_max_workers()) draft.max_workers = spec.max_workers();
  if (spec.has_idle_timeout_seconds()) draft.idle_timeout_seconds = spec.idle_timeout_seconds();
  FURNACE_ASSIGN_OR_RETURN(draft.scaler_type, FromProto(spec.scaler_type()));
  draft.scaler_value = UnlessZero(spec.scaler_value());
  draft.max_retries = spec.max_retries();
  return draft;
}

v1::Project ToProto(const Project& project) {
  v1::Project proto;
  proto.set_id(project.id);
  proto.set_name(project.name);
  SetTimestamp(project.created_at, proto.mutable_created_at());
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

v1::Endpoint ToProto(const Endpoint& endpoint) {
  v1::Endpoint proto;
  proto.set_id(endpoint.id);
  proto.set_project_id(endpoint.project_id);
  *proto.mutable_spec() = ToProto(endpoint.spec);
  proto.set_revision(endpoint.revision);
  proto.set_status(ToProto(endpoint.status));
  SetTimestamp(endpoint.created_at, proto.mutable_created_at());
  SetTimestamp(endpoint.updated_at, proto.mutable_updated_at());
  return proto;
}

}  // namespace furnace::registry::rpc

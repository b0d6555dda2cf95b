#include "services/registry/rpc/project_handlers.h"

#include "libs/common/base/status.h"
#include "services/registry/rpc/convert.h"

namespace furnace::registry::rpc {

absl::StatusOr<v1::CreateProjectResponse> ProjectHandlers::CreateProject(
    const furnace::rpc::CallContext& call, const v1::CreateProjectRequest& request) {
  FURNACE_RETURN_IF_ERROR(CallerOf(call, Role::kOperator).status());
  FURNACE_ASSIGN_OR_RETURN(const Project project, projects_.Create(request.name(), request.id()));
  v1::CreateProjectResponse response;
  *response.mutable_project() = ToProto(project);
  return response;
}

absl::StatusOr<v1::GetProjectResponse> ProjectHandlers::GetProject(
    const furnace::rpc::CallContext& call, const v1::GetProjectRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const Caller caller, CallerOf(call, Role::kViewer));
  FURNACE_ASSIGN_OR_RETURN(const Project project, projects_.Get(caller, request.project_id()));
  v1::GetProjectResponse response;
  *response.mutable_project() = ToProto(project);
  return response;
}

absl::StatusOr<v1::ListProjectsResponse> ProjectHandlers::ListProjects(
    const furnace::rpc::CallContext& call, const v1::ListProjectsRequest&) {
  FURNACE_ASSIGN_OR_RETURN(const Caller caller, CallerOf(call, Role::kViewer));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<Project> projects, projects_.List(caller));
  v1::ListProjectsResponse response;
  for (const Project& project : projects) *response.add_projects() = ToProto(project);
  return response;
}

absl::StatusOr<v1::SetQuotaResponse> ProjectHandlers::SetQuota(
    const furnace::rpc::CallContext& call, const v1::SetQuotaRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const Caller caller, CallerOf(call, Role::kOperator));
  FURNACE_ASSIGN_OR_RETURN(const Project project, projects_.SetQuota(caller, request.project_id(),
                                                                     FromProto(request.quota())));
  v1::SetQuotaResponse response;
  *response.mutable_project() = ToProto(project);
  return response;
}

absl::StatusOr<v1::CreateApiKeyResponse> ProjectHandlers::CreateApiKey(
    const furnace::rpc::CallContext& call, const v1::CreateApiKeyRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const Caller caller, CallerOf(call, Role::kAdmin));
  FURNACE_ASSIGN_OR_RETURN(
      IssuedKey issued,
      keys_.Create(caller, request.project_id(), request.name(), FromProto(request.role())));
  v1::CreateApiKeyResponse response;
  *response.mutable_key() = ToProto(issued.key);
  response.set_secret(std::move(issued.secret));
  return response;
}

absl::StatusOr<v1::ListApiKeysResponse> ProjectHandlers::ListApiKeys(
    const furnace::rpc::CallContext& call, const v1::ListApiKeysRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const Caller caller, CallerOf(call, Role::kAdmin));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<ApiKey> keys,
                           keys_.List(caller, request.project_id()));
  v1::ListApiKeysResponse response;
  for (const ApiKey& key : keys) *response.add_keys() = ToProto(key);
  return response;
}

absl::StatusOr<v1::RevokeApiKeyResponse> ProjectHandlers::RevokeApiKey(
    const furnace::rpc::CallContext& call, const v1::RevokeApiKeyRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const Caller caller, CallerOf(call, Role::kAdmin));
  FURNACE_ASSIGN_OR_RETURN(const ApiKey key,
                           keys_.Revoke(caller, request.project_id(), request.key_id()));
  v1::RevokeApiKeyResponse response;
  *response.mutable_key() = ToProto(key);
  return response;
}

}  // namespace furnace::registry::rpc

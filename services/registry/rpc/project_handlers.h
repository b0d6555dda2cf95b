#pragma once

#include "absl/status/statusor.h"
#include "furnace/v1/project_service.pb.h"
#include "libs/common/rpc/call_context.h"
#include "services/registry/app/api_keys.h"
#include "services/registry/app/projects.h"

namespace furnace::registry::rpc {

/// ProjectService as plain functions. The call must carry the caller that the gateway
/// authenticated.
class ProjectHandlers {
 public:
  ProjectHandlers(Projects& projects, ApiKeys& keys) : projects_(projects), keys_(keys) {}

  absl::StatusOr<v1::CreateProjectResponse> CreateProject(const furnace::rpc::CallContext& call,
                                                          const v1::CreateProjectRequest& request);
  absl::StatusOr<v1::GetProjectResponse> GetProject(const furnace::rpc::CallContext& call,
                                                    const v1::GetProjectRequest& request);
  absl::StatusOr<v1::ListProjectsResponse> ListProjects(const furnace::rpc::CallContext& call,
                                                        const v1::ListProjectsRequest& request);
  absl::StatusOr<v1::SetQuotaResponse> SetQuota(const furnace::rpc::CallContext& call,
                                                const v1::SetQuotaRequest& request);
  absl::StatusOr<v1::CreateApiKeyResponse> CreateApiKey(const furnace::rpc::CallContext& call,
                                                        const v1::CreateApiKeyRequest& request);
  absl::StatusOr<v1::ListApiKeysResponse> ListApiKeys(const furnace::rpc::CallContext& call,
                                                      const v1::ListApiKeysRequest& request);
  absl::StatusOr<v1::RevokeApiKeyResponse> RevokeApiKey(const furnace::rpc::CallContext& call,
                                                        const v1::RevokeApiKeyRequest& request);

 private:
  Projects& projects_;
  ApiKeys& keys_;
};

}  // namespace furnace::registry::rpc

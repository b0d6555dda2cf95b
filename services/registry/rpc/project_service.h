#pragma once

#include "furnace/v1/project_service.grpc.pb.h"
#include "libs/common/rpc/call_context.h"
#include "services/registry/rpc/project_handlers.h"

namespace furnace::registry::rpc {

/// The gRPC face of ProjectHandlers: one line per method. Thread-safe.
class ProjectService final : public v1::ProjectService::Service {
 public:
  ProjectService(const furnace::rpc::Gate& gate, ProjectHandlers& handlers)
      : gate_(gate), handlers_(handlers) {}

  grpc::Status CreateProject(grpc::ServerContext* context, const v1::CreateProjectRequest* request,
                             v1::CreateProjectResponse* response) override;
  grpc::Status GetProject(grpc::ServerContext* context, const v1::GetProjectRequest* request,
                          v1::GetProjectResponse* response) override;
  grpc::Status ListProjects(grpc::ServerContext* context, const v1::ListProjectsRequest* request,
                            v1::ListProjectsResponse* response) override;
  grpc::Status SetQuota(grpc::ServerContext* context, const v1::SetQuotaRequest* request,
                        v1::SetQuotaResponse* response) override;
  grpc::Status CreateApiKey(grpc::ServerContext* context, const v1::CreateApiKeyRequest* request,
                            v1::CreateApiKeyResponse* response) override;
  grpc::Status ListApiKeys(grpc::ServerContext* context, const v1::ListApiKeysRequest* request,
                           v1::ListApiKeysResponse* response) override;
  grpc::Status RevokeApiKey(grpc::ServerContext* context, const v1::RevokeApiKeyRequest* request,
                            v1::RevokeApiKeyResponse* response) override;

 private:
  const furnace::rpc::Gate& gate_;
  ProjectHandlers& handlers_;
};

}  // namespace furnace::registry::rpc

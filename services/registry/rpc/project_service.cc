#include "services/registry/rpc/project_service.h"

#include <functional>

#include "libs/common/rpc/unary.h"

namespace furnace::registry::rpc {

grpc::Status ProjectService::CreateProject(grpc::ServerContext* context,
                                           const v1::CreateProjectRequest* request,
                                           v1::CreateProjectResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&ProjectHandlers::CreateProject, &handlers_));
}

grpc::Status ProjectService::GetProject(grpc::ServerContext* context,
                                        const v1::GetProjectRequest* request,
                                        v1::GetProjectResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&ProjectHandlers::GetProject, &handlers_));
}

grpc::Status ProjectService::ListProjects(grpc::ServerContext* context,
                                          const v1::ListProjectsRequest* request,
                                          v1::ListProjectsResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&ProjectHandlers::ListProjects, &handlers_));
}

grpc::Status ProjectService::SetQuota(grpc::ServerContext* context,
                                      const v1::SetQuotaRequest* request,
                                      v1::SetQuotaResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&ProjectHandlers::SetQuota, &handlers_));
}

grpc::Status ProjectService::CreateApiKey(grpc::ServerContext* context,
                                          const v1::CreateApiKeyRequest* request,
                                          v1::CreateApiKeyResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&ProjectHandlers::CreateApiKey, &handlers_));
}

grpc::Status ProjectService::ListApiKeys(grpc::ServerContext* context,
                                         const v1::ListApiKeysRequest* request,
                                         v1::ListApiKeysResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&ProjectHandlers::ListApiKeys, &handlers_));
}

grpc::Status ProjectService::RevokeApiKey(grpc::ServerContext* context,
                                          const v1::RevokeApiKeyRequest* request,
                                          v1::RevokeApiKeyResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&ProjectHandlers::RevokeApiKey, &handlers_));
}

}  // namespace furnace::registry::rpc

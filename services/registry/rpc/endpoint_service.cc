#include "services/registry/rpc/endpoint_service.h"

#include <functional>

#include "libs/common/rpc/unary.h"

namespace furnace::registry::rpc {

grpc::Status EndpointService::CreateEndpoint(grpc::ServerContext* context,
                                             const v1::CreateEndpointRequest* request,
                                             v1::CreateEndpointResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&EndpointHandlers::CreateEndpoint, &handlers_));
}

grpc::Status EndpointService::GetEndpoint(grpc::ServerContext* context,
                                          const v1::GetEndpointRequest* request,
                                          v1::GetEndpointResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&EndpointHandlers::GetEndpoint, &handlers_));
}

grpc::Status EndpointService::ListEndpoints(grpc::ServerContext* context,
                                            const v1::ListEndpointsRequest* request,
                                            v1::ListEndpointsResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&EndpointHandlers::ListEndpoints, &handlers_));
}

grpc::Status EndpointService::UpdateEndpoint(grpc::ServerContext* context,
                                             const v1::UpdateEndpointRequest* request,
                                             v1::UpdateEndpointResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&EndpointHandlers::UpdateEndpoint, &handlers_));
}

grpc::Status EndpointService::DeleteEndpoint(grpc::ServerContext* context,
                                             const v1::DeleteEndpointRequest* request,
                                             v1::DeleteEndpointResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&EndpointHandlers::DeleteEndpoint, &handlers_));
}

grpc::Status EndpointService::PauseEndpoint(grpc::ServerContext* context,
                                            const v1::PauseEndpointRequest* request,
                                            v1::PauseEndpointResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&EndpointHandlers::PauseEndpoint, &handlers_));
}

grpc::Status EndpointService::ResumeEndpoint(grpc::ServerContext* context,
                                             const v1::ResumeEndpointRequest* request,
                                             v1::ResumeEndpointResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&EndpointHandlers::ResumeEndpoint, &handlers_));
}

}  // namespace furnace::registry::rpc

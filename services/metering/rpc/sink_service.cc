#include "services/metering/rpc/sink_service.h"

#include <functional>

#include "libs/common/rpc/unary.h"

namespace furnace::metering::rpc {

grpc::Status SinkService::ListSinks(grpc::ServerContext* context,
                                    const v1::ListSinksRequest* request,
                                    v1::ListSinksResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&SinkHandlers::ListSinks, &handlers_));
}

grpc::Status SinkService::ListPoisonedEvents(grpc::ServerContext* context,
                                             const v1::ListPoisonedEventsRequest* request,
                                             v1::ListPoisonedEventsResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&SinkHandlers::ListPoisonedEvents, &handlers_));
}

grpc::Status SinkService::RedrivePoisonedEvents(grpc::ServerContext* context,
                                                const v1::RedrivePoisonedEventsRequest* request,
                                                v1::RedrivePoisonedEventsResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&SinkHandlers::RedrivePoisonedEvents, &handlers_));
}

grpc::Status SinkService::SetSinkProject(grpc::ServerContext* context,
                                         const v1::SetSinkProjectRequest* request,
                                         v1::SinkProject* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&SinkHandlers::SetSinkProject, &handlers_));
}

grpc::Status SinkService::ListSinkProjects(grpc::ServerContext* context,
                                           const v1::ListSinkProjectsRequest* request,
                                           v1::ListSinkProjectsResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&SinkHandlers::ListSinkProjects, &handlers_));
}

}  // namespace furnace::metering::rpc

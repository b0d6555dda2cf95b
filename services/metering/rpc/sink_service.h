#pragma once

#include "furnace/v1/sink_service.grpc.pb.h"
#include "libs/common/rpc/call_context.h"
#include "services/metering/rpc/sink_handlers.h"

namespace furnace::metering::rpc {

/// The gRPC face of SinkHandlers: one line per method.
class SinkService final : public v1::SinkService::Service {
 public:
  SinkService(const furnace::rpc::Gate& gate, SinkHandlers& handlers)
      : gate_(gate), handlers_(handlers) {}

  grpc::Status ListSinks(grpc::ServerContext* context, const v1::ListSinksRequest* request,
                         v1::ListSinksResponse* response) override;
  grpc::Status ListPoisonedEvents(grpc::ServerContext* context,
                                  const v1::ListPoisonedEventsRequest* request,
                                  v1::ListPoisonedEventsResponse* response) override;
  grpc::Status RedrivePoisonedEvents(grpc::ServerContext* context,
                                     const v1::RedrivePoisonedEventsRequest* request,
                                     v1::RedrivePoisonedEventsResponse* response) override;
  grpc::Status SetSinkProject(grpc::ServerContext* context,
                              const v1::SetSinkProjectRequest* request,
                              v1::SinkProject* response) override;
  grpc::Status ListSinkProjects(grpc::ServerContext* context,
                                const v1::ListSinkProjectsRequest* request,
                                v1::ListSinkProjectsResponse* response) override;

 private:
  const furnace::rpc::Gate& gate_;
  SinkHandlers& handlers_;
};

}  // namespace furnace::metering::rpc

#pragma once

#include "furnace/v1/queue_service.grpc.pb.h"
#include "libs/common/rpc/unary.h"
#include "services/scheduler/app/rebuilder.h"

namespace furnace::scheduler::rpc {

/// The gRPC face of the queue as a whole.
class QueueService final : public v1::QueueService::Service {
 public:
  QueueService(const furnace::rpc::Gate& gate, Rebuilder& rebuilder)
      : gate_(gate), rebuilder_(rebuilder) {}

  grpc::Status Rebuild(grpc::ServerContext* context, const v1::RebuildRequest* request,
                       v1::RebuildResponse* response) override;

 private:
  const furnace::rpc::Gate& gate_;
  Rebuilder& rebuilder_;
};

}  // namespace furnace::scheduler::rpc

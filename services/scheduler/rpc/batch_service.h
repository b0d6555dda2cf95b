#pragma once

#include "furnace/v1/batch_service.grpc.pb.h"
#include "libs/common/rpc/unary.h"
#include "services/scheduler/app/batches.h"

namespace furnace::scheduler::rpc {

/// A batch as clients see it.
v1::Batch ToProto(const Batch& batch);

/// The gRPC face of batches.
class BatchService final : public v1::BatchService::Service {
 public:
  BatchService(const furnace::rpc::Gate& gate, Batches& batches) : gate_(gate), batches_(batches) {}

  grpc::Status GetBatch(grpc::ServerContext* context, const v1::GetBatchRequest* request,
                        v1::GetBatchResponse* response) override;
  grpc::Status ListBatches(grpc::ServerContext* context, const v1::ListBatchesRequest* request,
                           v1::ListBatchesResponse* response) override;
  grpc::Status CancelBatch(grpc::ServerContext* context, const v1::CancelBatchRequest* request,
                           v1::CancelBatchResponse* response) override;
  grpc::Status ListFailures(grpc::ServerContext* context, const v1::ListFailuresRequest* request,
                            v1::ListFailuresResponse* response) override;

 private:
  const furnace::rpc::Gate& gate_;
  Batches& batches_;
};

}  // namespace furnace::scheduler::rpc

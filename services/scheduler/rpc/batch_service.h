#pragma once

#include <string>
#include <utility>

#include "furnace/v1/batch_service.grpc.pb.h"
#include "libs/common/rpc/unary.h"
#include "services/scheduler/app/batches.h"

namespace furnace::scheduler::rpc {

/// A batch as clients see it.
v1::Batch ToProto(const Batch& batch);

/// The gRPC face of batches.
class BatchService final : public v1::BatchService::Service {
 public:
  /// `suite_secret`: what projects' webhook secrets are made of.
  BatchService(const furnace::rpc::Gate& gate, Batches& batches, std::string suite_secret)
      : gate_(gate), batches_(batches), suite_secret_(std::move(suite_secret)) {}

  grpc::Status GetBatch(grpc::ServerContext* context, const v1::GetBatchRequest* request,
                        v1::GetBatchResponse* response) override;
  grpc::Status ListBatches(grpc::ServerContext* context, const v1::ListBatchesRequest* request,
                           v1::ListBatchesResponse* response) override;
  grpc::Status CancelBatch(grpc::ServerContext* context, const v1::CancelBatchRequest* request,
                           v1::CancelBatchResponse* response) override;
  grpc::Status ListFailures(grpc::ServerContext* context, const v1::ListFailuresRequest* request,
                            v1::ListFailuresResponse* response) override;
  grpc::Status GetWebhookSecret(grpc::ServerContext* context,
                                const v1::GetWebhookSecretRequest* request,
                                v1::GetWebhookSecretResponse* response) override;

 private:
  const furnace::rpc::Gate& gate_;
  Batches& batches_;
  const std::string suite_secret_;
};

}  // namespace furnace::scheduler::rpc

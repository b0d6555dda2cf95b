#pragma once

#include "furnace/v1/correction_service.grpc.pb.h"
#include "libs/common/rpc/call_context.h"
#include "services/metering/rpc/correction_handlers.h"

namespace furnace::metering::rpc {

/// The gRPC face of CorrectionHandlers: one line per method.
class CorrectionService final : public v1::CorrectionService::Service {
 public:
  CorrectionService(const furnace::rpc::Gate& gate, CorrectionHandlers& handlers)
      : gate_(gate), handlers_(handlers) {}

  grpc::Status CorrectUsage(grpc::ServerContext* context, const v1::CorrectUsageRequest* request,
                            v1::Correction* response) override;
  grpc::Status ReratePeriod(grpc::ServerContext* context, const v1::ReratePeriodRequest* request,
                            v1::ReratePeriodResponse* response) override;

 private:
  const furnace::rpc::Gate& gate_;
  CorrectionHandlers& handlers_;
};

}  // namespace furnace::metering::rpc

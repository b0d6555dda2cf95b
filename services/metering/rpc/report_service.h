#pragma once

#include "furnace/v1/report_service.grpc.pb.h"
#include "libs/common/rpc/call_context.h"
#include "services/metering/rpc/report_handlers.h"

namespace furnace::metering::rpc {

/// The gRPC face of ReportHandlers: one line per method.
class ReportService final : public v1::ReportService::Service {
 public:
  ReportService(const furnace::rpc::Gate& gate, ReportHandlers& handlers)
      : gate_(gate), handlers_(handlers) {}

  grpc::Status GetCostReport(grpc::ServerContext* context, const v1::GetCostReportRequest* request,
                             v1::GetCostReportResponse* response) override;
  grpc::Status EstimateCost(grpc::ServerContext* context, const v1::EstimateCostRequest* request,
                            v1::CostEstimate* response) override;
  grpc::Status ForecastCost(grpc::ServerContext* context, const v1::ForecastCostRequest* request,
                            v1::CostForecast* response) override;

 private:
  const furnace::rpc::Gate& gate_;
  ReportHandlers& handlers_;
};

}  // namespace furnace::metering::rpc

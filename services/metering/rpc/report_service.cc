#include "services/metering/rpc/report_service.h"

#include <functional>

#include "libs/common/rpc/unary.h"

namespace furnace::metering::rpc {

grpc::Status ReportService::GetCostReport(grpc::ServerContext* context,
                                          const v1::GetCostReportRequest* request,
                                          v1::GetCostReportResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&ReportHandlers::GetCostReport, &handlers_));
}

grpc::Status ReportService::EstimateCost(grpc::ServerContext* context,
                                         const v1::EstimateCostRequest* request,
                                         v1::CostEstimate* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&ReportHandlers::EstimateCost, &handlers_));
}

grpc::Status ReportService::ForecastCost(grpc::ServerContext* context,
                                         const v1::ForecastCostRequest* request,
                                         v1::CostForecast* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&ReportHandlers::ForecastCost, &handlers_));
}

}  // namespace furnace::metering::rpc

#pragma once

#include "absl/status/statusor.h"
#include "furnace/v1/report_service.pb.h"
#include "libs/common/rpc/call_context.h"
#include "services/metering/app/cost_reporter.h"

namespace furnace::metering::rpc {

/// ReportService as plain functions. Whose costs are read comes from the CallContext.
class ReportHandlers {
 public:
  explicit ReportHandlers(CostReporter& reporter) : reporter_(reporter) {}

  absl::StatusOr<v1::GetCostReportResponse> GetCostReport(const furnace::rpc::CallContext& call,
                                                          const v1::GetCostReportRequest& request);
  absl::StatusOr<v1::CostEstimate> EstimateCost(const furnace::rpc::CallContext& call,
                                                const v1::EstimateCostRequest& request);
  absl::StatusOr<v1::CostForecast> ForecastCost(const furnace::rpc::CallContext& call,
                                                const v1::ForecastCostRequest& request);

 private:
  CostReporter& reporter_;
};

}  // namespace furnace::metering::rpc

// ReportService's wire types and domain types.
#pragma once

#include "absl/status/statusor.h"
#include "furnace/v1/report_service.pb.h"
#include "services/metering/domain/cost_query.h"
#include "services/metering/domain/estimate.h"
#include "services/metering/domain/forecast.h"

namespace furnace::metering::rpc {

/// The query that `request` asks, but for the project and the period. INVALID_ARGUMENT for
/// a bad grouping or filter.
absl::StatusOr<CostQuery> FromProto(const v1::GetCostReportRequest& request);

/// INVALID_ARGUMENT for a figure out of its range. GPU types in their canonical spelling.
absl::StatusOr<EstimateQuery> FromProto(const v1::EstimateCostRequest& request);

/// OUT_OF_RANGE when a sum does not fit the wire. `with_jobs`: jobs were counted.
absl::StatusOr<v1::CostRow> ToProto(const CostRow& row, bool with_jobs);
absl::StatusOr<v1::CostEstimate> ToProto(const std::vector<EstimateRow>& rows);
absl::StatusOr<v1::CostForecast> ToProto(const Forecast& forecast);

}  // namespace furnace::metering::rpc

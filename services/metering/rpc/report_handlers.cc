#include "services/metering/rpc/report_handlers.h"

#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "libs/common/base/sha256.h"
#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "services/metering/rpc/convert.h"
#include "services/metering/rpc/page_token.h"
#include "services/metering/rpc/report_convert.h"

namespace furnace::metering::rpc {
namespace {

using furnace::rpc::CallContext;

constexpr int kMaxPageSize = 1'000;
constexpr int kDefaultPageSize = 100;
constexpr std::size_t kScopeBytes = 12;

absl::StatusOr<std::string> TenantOf(const CallContext& call) {
  FURNACE_ASSIGN_OR_RETURN(std::string project_id, furnace::rpc::ProjectOf(call));
  if (!IsUuid(project_id)) return absl::PermissionDeniedError("the call's project is not a UUID");
  return project_id;
}

absl::StatusOr<int> PageSizeOf(int page_size) {
  if (page_size == 0) return kDefaultPageSize;
  if (page_size > 0 && page_size <= kMaxPageSize) return page_size;
  return Error(absl::StatusCode::kInvalidArgument, "page_size: must be 1 to {}, not {}",
               kMaxPageSize, page_size);
}

// What the tokens of a report belong to: the request but for its page.
std::string ScopeOf(v1::GetCostReportRequest request) {
  request.clear_page_size();
  request.clear_page_token();
  return absl::BytesToHexString(Sha256(request.SerializeAsString()).substr(0, kScopeBytes));
}

}  // namespace

absl::StatusOr<v1::GetCostReportResponse> ReportHandlers::GetCostReport(
    const CallContext& call, const v1::GetCostReportRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(CostQuery query, FromProto(request));
  FURNACE_ASSIGN_OR_RETURN(query.project_id, TenantOf(call));
  FURNACE_ASSIGN_OR_RETURN(const auto start_us,
                           ToMicros(request.has_start_time(), request.start_time(), "start_time"));
  FURNACE_ASSIGN_OR_RETURN(const auto end_us,
                           ToMicros(request.has_end_time(), request.end_time(), "end_time"));
  FURNACE_ASSIGN_OR_RETURN(const int page_size, PageSizeOf(request.page_size()));
  const std::string scope = ScopeOf(request);
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t offset, DecodePageToken(scope, request.page_token()));

  // One more tells whether there is another page.
  FURNACE_ASSIGN_OR_RETURN(
      CostPage page, reporter_.Report(std::move(query), start_us, end_us, offset, page_size + 1));
  v1::GetCostReportResponse response;
  if (page.rows.size() > static_cast<std::size_t>(page_size)) {
    page.rows.pop_back();
    response.set_next_page_token(EncodePageToken(scope, offset + page_size));
  }
  for (const CostRow& row : page.rows) {
    FURNACE_ASSIGN_OR_RETURN(*response.add_rows(), ToProto(row, request.count_jobs()));
  }
  FURNACE_ASSIGN_OR_RETURN(*response.mutable_total(), ToProto(page.total, request.count_jobs()));
  return response;
}

absl::StatusOr<v1::CostEstimate> ReportHandlers::EstimateCost(
    const CallContext& call, const v1::EstimateCostRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, TenantOf(call));
  FURNACE_ASSIGN_OR_RETURN(const auto endpoint_id,
                           OptionalUuid(request.endpoint_id(), "endpoint_id"));
  FURNACE_ASSIGN_OR_RETURN(const EstimateQuery query, FromProto(request));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<EstimateRow> rows,
                           reporter_.Estimate(project_id, endpoint_id, query));
  return ToProto(rows);
}

absl::StatusOr<v1::CostForecast> ReportHandlers::ForecastCost(
    const CallContext& call, const v1::ForecastCostRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, TenantOf(call));
  FURNACE_ASSIGN_OR_RETURN(const auto endpoint_id,
                           OptionalUuid(request.endpoint_id(), "endpoint_id"));
  FURNACE_ASSIGN_OR_RETURN(const Forecast forecast,
                           reporter_.ForecastMonth(project_id, endpoint_id));
  return ToProto(forecast);
}

}  // namespace furnace::metering::rpc

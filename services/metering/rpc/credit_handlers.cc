#include "services/metering/rpc/credit_handlers.h"

#include <string>
#include <utility>
#include <vector>

#include "libs/common/base/status.h"
#include "services/metering/rpc/convert.h"
#include "services/metering/rpc/credit_convert.h"

namespace furnace::metering::rpc {

using furnace::rpc::CallContext;

absl::StatusOr<v1::Grant> CreditHandlers::CreateGrant(const CallContext& call,
                                                      const v1::CreateGrantRequest& request) {
  FURNACE_RETURN_IF_ERROR(CheckOperator(call));
  FURNACE_ASSIGN_OR_RETURN(Grant grant, FromProto(request, absl::ToUnixMicros(clock_.Now())));
  FURNACE_ASSIGN_OR_RETURN(const GrantView view, desk_.Create(std::move(grant)));
  return ToProto(view);
}

absl::StatusOr<v1::Grant> CreditHandlers::VoidGrant(const CallContext& call,
                                                    const v1::VoidGrantRequest& request) {
  FURNACE_RETURN_IF_ERROR(CheckOperator(call));
  FURNACE_ASSIGN_OR_RETURN(const GrantView view, desk_.Void(request.grant_id(), request.reason()));
  return ToProto(view);
}

absl::StatusOr<v1::ListGrantsResponse> CreditHandlers::ListGrants(
    const CallContext& call, const v1::ListGrantsRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, ProjectNamed(call, request.project_id()));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<GrantView> views, desk_.List(project_id));
  v1::ListGrantsResponse response;
  for (const GrantView& view : views) {
    FURNACE_ASSIGN_OR_RETURN(*response.add_grants(), ToProto(view));
  }
  return response;
}

absl::StatusOr<v1::PreviewPeriodResponse> CreditHandlers::PreviewPeriod(
    const CallContext& call, const v1::PreviewPeriodRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, ProjectNamed(call, request.project_id()));
  FURNACE_ASSIGN_OR_RETURN(const auto start,
                           ToMicros(request.has_start_time(), request.start_time(), "start_time"));
  FURNACE_ASSIGN_OR_RETURN(const auto end,
                           ToMicros(request.has_end_time(), request.end_time(), "end_time"));
  FURNACE_ASSIGN_OR_RETURN(const Span period,
                           WholePeriod(start, end, absl::ToUnixMicros(clock_.Now())));
  FURNACE_ASSIGN_OR_RETURN(const PeriodPreview preview, previewer_.Preview(project_id, period));
  return ToProto(preview);
}

}  // namespace furnace::metering::rpc

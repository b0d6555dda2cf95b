// Credits and subsidies between wire types and domain types.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "furnace/v1/credit_service.pb.h"
#include "libs/common/rpc/call_context.h"
#include "services/metering/app/credit_desk.h"
#include "services/metering/app/period_preview.h"
#include "services/metering/app/subsidy_ports.h"

namespace furnace::metering::rpc {

/// PERMISSION_DENIED for everybody but operators. The gateway asks for the role, too.
absl::Status CheckOperator(const furnace::rpc::CallContext& call);

/// The project that a request names, "" and "me" being the caller's. NOT_FOUND when it is
/// another's and the caller no operator, INVALID_ARGUMENT when an operator's is no UUID.
absl::StatusOr<std::string> ProjectNamed(const furnace::rpc::CallContext& call,
                                         const std::string& project_id);

/// Its fields unchecked, but for times and kinds. `now_us` is when it is valid from, unless it
/// says so.
absl::StatusOr<Grant> FromProto(const v1::CreateGrantRequest& request, std::int64_t now_us);

/// Its fields unchecked, but for kinds and conditions.
absl::StatusOr<Policy> FromProto(const v1::SubsidyPolicy& proto);

/// OUT_OF_RANGE when an amount does not fit the wire.
absl::StatusOr<v1::Grant> ToProto(const GrantView& view);
absl::StatusOr<v1::PreviewPeriodResponse> ToProto(const PeriodPreview& preview);
v1::ProjectAttributes ToProto(const ProjectAttributes& attributes);
v1::SubsidyPolicy ToProto(const Policy& policy);
v1::SubsidyDecision ToProto(const SubsidyDecision& decision);

}  // namespace furnace::metering::rpc

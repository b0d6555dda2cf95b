#pragma once

#include "absl/status/statusor.h"
#include "furnace/v1/credit_service.pb.h"
#include "libs/common/rpc/call_context.h"
#include "services/metering/app/subsidy_desk.h"

namespace furnace::metering::rpc {

/// The part of CreditService that is about subsidies, as plain functions.
class SubsidyHandlers {
 public:
  explicit SubsidyHandlers(SubsidyDesk& desk) : desk_(desk) {}

  absl::StatusOr<v1::ProjectAttributes> SetProjectAttributes(
      const furnace::rpc::CallContext& call, const v1::SetProjectAttributesRequest& request);
  absl::StatusOr<v1::ListProjectAttributesResponse> ListProjectAttributes(
      const furnace::rpc::CallContext& call, const v1::ListProjectAttributesRequest& request);
  absl::StatusOr<v1::SubsidyPolicy> SetSubsidyPolicy(const furnace::rpc::CallContext& call,
                                                     const v1::SetSubsidyPolicyRequest& request);
  absl::StatusOr<v1::ListSubsidyPoliciesResponse> ListSubsidyPolicies(
      const furnace::rpc::CallContext& call, const v1::ListSubsidyPoliciesRequest& request);
  absl::StatusOr<v1::ListSubsidyDecisionsResponse> ListSubsidyDecisions(
      const furnace::rpc::CallContext& call, const v1::ListSubsidyDecisionsRequest& request);

 private:
  SubsidyDesk& desk_;
};

}  // namespace furnace::metering::rpc

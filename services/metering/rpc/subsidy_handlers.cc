#include "services/metering/rpc/subsidy_handlers.h"

#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "libs/common/base/status.h"
#include "services/metering/rpc/convert.h"
#include "services/metering/rpc/credit_convert.h"
#include "services/metering/rpc/page_token.h"

namespace furnace::metering::rpc {
namespace {

using furnace::rpc::CallContext;

constexpr int kMaxPageSize = 100;
constexpr int kDefaultPageSize = 20;
// What page tokens of this list are made for.
constexpr char kDecisions[] = "subsidy-decisions";

absl::StatusOr<int> PageSizeOf(int page_size) {
  if (page_size == 0) return kDefaultPageSize;
  if (page_size < 0 || page_size > kMaxPageSize) {
    return Error(absl::StatusCode::kInvalidArgument, "page_size: must be 1 to {}, not {}",
                 kMaxPageSize, page_size);
  }
  return page_size;
}

}  // namespace

absl::StatusOr<v1::ProjectAttributes> SubsidyHandlers::SetProjectAttributes(
    const CallContext& call, const v1::SetProjectAttributesRequest& request) {
  FURNACE_RETURN_IF_ERROR(CheckOperator(call));
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, ProjectNamed(call, request.project_id()));
  FURNACE_ASSIGN_OR_RETURN(const auto from, ToMicros(request.has_effective_from(),
                                                     request.effective_from(), "effective_from"));
  const std::map<std::string, std::string> texts(request.attributes().begin(),
                                                 request.attributes().end());
  FURNACE_ASSIGN_OR_RETURN(const ProjectAttributes attributes,
                           desk_.SetAttributes(project_id, texts, from));
  return ToProto(attributes);
}

absl::StatusOr<v1::ListProjectAttributesResponse> SubsidyHandlers::ListProjectAttributes(
    const CallContext& call, const v1::ListProjectAttributesRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, ProjectNamed(call, request.project_id()));
  FURNACE_ASSIGN_OR_RETURN(const auto history, desk_.ListAttributes(project_id));
  v1::ListProjectAttributesResponse response;
  for (const ProjectAttributes& attributes : history) {
    *response.add_history() = ToProto(attributes);
  }
  return response;
}

absl::StatusOr<v1::SubsidyPolicy> SubsidyHandlers::SetSubsidyPolicy(
    const CallContext& call, const v1::SetSubsidyPolicyRequest& request) {
  FURNACE_RETURN_IF_ERROR(CheckOperator(call));
  const v1::SubsidyPolicy& proto = request.policy();
  if (!proto.name().empty() && proto.name() != request.name()) {
    return absl::InvalidArgumentError("policy.name: not the name of the policy");
  }
  FURNACE_ASSIGN_OR_RETURN(Policy policy, FromProto(proto));
  policy.award.policy = request.name();
  FURNACE_ASSIGN_OR_RETURN(const auto from, ToMicros(proto.has_effective_from(),
                                                     proto.effective_from(), "effective_from"));
  FURNACE_ASSIGN_OR_RETURN(const Policy stored, desk_.SetPolicy(std::move(policy), from));
  return ToProto(stored);
}

absl::StatusOr<v1::ListSubsidyPoliciesResponse> SubsidyHandlers::ListSubsidyPolicies(
    const CallContext& call, const v1::ListSubsidyPoliciesRequest&) {
  FURNACE_RETURN_IF_ERROR(CheckOperator(call));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<Policy> policies, desk_.ListPolicies());
  v1::ListSubsidyPoliciesResponse response;
  for (const Policy& policy : policies) *response.add_policies() = ToProto(policy);
  return response;
}

absl::StatusOr<v1::ListSubsidyDecisionsResponse> SubsidyHandlers::ListSubsidyDecisions(
    const CallContext& call, const v1::ListSubsidyDecisionsRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, ProjectNamed(call, request.project_id()));
  FURNACE_ASSIGN_OR_RETURN(const int page_size, PageSizeOf(request.page_size()));
  FURNACE_ASSIGN_OR_RETURN(std::int64_t before, DecodePageToken(kDecisions, request.page_token()));
  if (before == 0) before = std::numeric_limits<std::int64_t>::max();
  FURNACE_ASSIGN_OR_RETURN(std::vector<SubsidyDecision> decisions,
                           desk_.ListDecisions(project_id, before, page_size + 1));
  v1::ListSubsidyDecisionsResponse response;
  if (decisions.size() > static_cast<std::size_t>(page_size)) {
    decisions.pop_back();
    response.set_next_page_token(EncodePageToken(kDecisions, decisions.back().id));
  }
  for (const SubsidyDecision& decision : decisions) {
    *response.add_decisions() = ToProto(decision);
  }
  return response;
}

}  // namespace furnace::metering::rpc

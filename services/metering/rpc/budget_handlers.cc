#include "services/metering/rpc/budget_handlers.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"

namespace furnace::metering::rpc {
namespace {

using furnace::rpc::CallContext;

absl::StatusOr<BudgetCaller> CallerOf(const CallContext& call) {
  FURNACE_ASSIGN_OR_RETURN(std::string project_id, furnace::rpc::ProjectOf(call));
  if (!IsUuid(project_id)) return absl::PermissionDeniedError("the call's project is not a UUID");
  return BudgetCaller{.project_id = std::move(project_id),
                      .is_operator = call.role >= v1::ROLE_OPERATOR};
}

absl::StatusOr<BudgetSpec> FromProto(const v1::BudgetSpec& proto) {
  BudgetSpec spec{
      .name = proto.name(), .endpoint_id = proto.endpoint_id(), .api_key_id = proto.api_key_id()};
  if ((proto.limit_nanos() != 0) == (proto.limit_gpu_time_us() != 0)) {
    return absl::InvalidArgumentError("limit_nanos: either this or limit_gpu_time_us");
  }
  const bool money = proto.limit_nanos() != 0;
  spec.unit = money ? BudgetUnit::kNanoUsd : BudgetUnit::kGpuTimeUs;
  spec.limit = money ? proto.limit_nanos() : proto.limit_gpu_time_us();
  if (proto.window() == v1::BUDGET_WINDOW_UNSPECIFIED ||
      !v1::BudgetWindow_IsValid(proto.window())) {
    return absl::InvalidArgumentError("window: must be HOUR, DAY, WEEK, MONTH or GRANT");
  }
  spec.window = static_cast<BudgetWindow>(proto.window());
  if (proto.thresholds_size() > 0) {
    spec.thresholds = {proto.thresholds().begin(), proto.thresholds().end()};
  }
  spec.hard_stop = proto.hard_stop();
  spec.webhook = proto.webhook();
  spec.locked = proto.locked();
  return spec;
}

void SetTime(absl::Time time, google::protobuf::Timestamp* proto) {
  const std::int64_t micros = absl::ToUnixMicros(time);
  proto->set_seconds(micros / 1'000'000);
  proto->set_nanos(static_cast<int>(micros % 1'000'000) * 1'000);
}

v1::Budget ToProto(const BudgetState& state) {
  v1::Budget proto;
  const BudgetSpec& spec = state.budget.spec;
  proto.set_id(state.budget.id);
  v1::BudgetSpec& shown = *proto.mutable_spec();
  shown.set_name(spec.name);
  shown.set_endpoint_id(spec.endpoint_id);
  if (spec.unit == BudgetUnit::kNanoUsd) {
    shown.set_limit_nanos(spec.limit);
  } else {
    shown.set_limit_gpu_time_us(spec.limit);
  }
  shown.set_window(static_cast<v1::BudgetWindow>(spec.window));
  for (const int threshold : spec.thresholds) shown.add_thresholds(threshold);
  shown.set_hard_stop(spec.hard_stop);
  shown.set_webhook(spec.webhook);
  shown.set_locked(spec.locked);
  shown.set_api_key_id(spec.api_key_id);
  proto.set_spent(state.spent);
  SetTime(state.span.start, proto.mutable_window_start());
  if (state.span.end != absl::InfiniteFuture()) {
    SetTime(state.span.end, proto.mutable_window_end());
  }
  SetTime(state.budget.created_at, proto.mutable_created_at());
  SetTime(state.budget.updated_at, proto.mutable_updated_at());
  return proto;
}

v1::BudgetAlert ToProto(const BudgetAlert& alert) {
  v1::BudgetAlert proto;
  SetTime(alert.window_start, proto.mutable_window_start());
  proto.set_threshold(alert.threshold);
  proto.set_spent(alert.spent);
  proto.set_limit(alert.limit);
  SetTime(alert.created_at, proto.mutable_created_at());
  if (alert.delivered_at) SetTime(*alert.delivered_at, proto.mutable_delivered_at());
  proto.set_attempts(alert.attempts);
  proto.set_last_error(alert.last_error);
  return proto;
}

// Answers with one budget.
template <typename Response>
absl::StatusOr<Response> Answer(const absl::StatusOr<BudgetState>& state) {
  FURNACE_RETURN_IF_ERROR(state.status());
  Response response;
  *response.mutable_budget() = ToProto(*state);
  return response;
}

internal::v1::HardBudget ToHardProto(const BudgetState& state) {
  internal::v1::HardBudget proto;
  proto.set_id(state.budget.id);
  proto.set_project_id(state.budget.project_id);
  proto.set_endpoint_id(state.budget.spec.endpoint_id);
  proto.set_api_key_id(state.budget.spec.api_key_id);
  proto.set_name(state.budget.spec.name);
  proto.set_unit(static_cast<internal::v1::BudgetUnit>(state.budget.spec.unit));
  proto.set_limit(state.budget.spec.limit);
  proto.set_spent(state.spent);
  proto.set_window_start_us(absl::ToUnixMicros(state.span.start));
  const bool ends = state.span.end != absl::InfiniteFuture();
  proto.set_window_end_us(ends ? absl::ToUnixMicros(state.span.end) : 0);
  return proto;
}

internal::v1::RateCard ToProto(const RateCard& card) {
  internal::v1::RateCard proto;
  for (const auto& [gpu_type, nanos] : card.gpu_second) {
    (*proto.mutable_gpu_second_nanos())[gpu_type] = nanos;
  }
  proto.set_invocation_nanos(card.invocation);
  return proto;
}

}  // namespace

absl::StatusOr<v1::CreateBudgetResponse> BudgetHandlers::CreateBudget(
    const CallContext& call, const v1::CreateBudgetRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const BudgetCaller caller, CallerOf(call));
  FURNACE_ASSIGN_OR_RETURN(BudgetSpec spec, FromProto(request.spec()));
  return Answer<v1::CreateBudgetResponse>(desk_.Create(caller, std::move(spec)));
}

absl::StatusOr<v1::GetBudgetResponse> BudgetHandlers::GetBudget(
    const CallContext& call, const v1::GetBudgetRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const BudgetCaller caller, CallerOf(call));
  return Answer<v1::GetBudgetResponse>(desk_.Get(caller.project_id, request.budget_id()));
}

absl::StatusOr<v1::ListBudgetsResponse> BudgetHandlers::ListBudgets(const CallContext& call,
                                                                    const v1::ListBudgetsRequest&) {
  FURNACE_ASSIGN_OR_RETURN(const BudgetCaller caller, CallerOf(call));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<BudgetState> states, desk_.List(caller.project_id));
  v1::ListBudgetsResponse response;
  for (const BudgetState& state : states) *response.add_budgets() = ToProto(state);
  return response;
}

absl::StatusOr<v1::UpdateBudgetResponse> BudgetHandlers::UpdateBudget(
    const CallContext& call, const v1::UpdateBudgetRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const BudgetCaller caller, CallerOf(call));
  FURNACE_ASSIGN_OR_RETURN(BudgetSpec spec, FromProto(request.spec()));
  return Answer<v1::UpdateBudgetResponse>(
      desk_.Update(caller, request.budget_id(), std::move(spec)));
}

absl::StatusOr<v1::DeleteBudgetResponse> BudgetHandlers::DeleteBudget(
    const CallContext& call, const v1::DeleteBudgetRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const BudgetCaller caller, CallerOf(call));
  return Answer<v1::DeleteBudgetResponse>(desk_.Delete(caller, request.budget_id()));
}

absl::StatusOr<v1::ListBudgetAlertsResponse> BudgetHandlers::ListBudgetAlerts(
    const CallContext& call, const v1::ListBudgetAlertsRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const BudgetCaller caller, CallerOf(call));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<BudgetAlert> alerts,
                           desk_.ListAlerts(caller.project_id, request.budget_id()));
  v1::ListBudgetAlertsResponse response;
  for (const BudgetAlert& alert : alerts) *response.add_alerts() = ToProto(alert);
  return response;
}

absl::StatusOr<internal::v1::ListHardBudgetsResponse> BudgetHandlers::ListHardBudgets(
    const CallContext& call, const internal::v1::ListHardBudgetsRequest&) {
  if (!call.project_id.empty()) {
    return absl::PermissionDeniedError("hard budgets are for the suite, not for projects");
  }
  FURNACE_ASSIGN_OR_RETURN(const std::vector<Budget> budgets,
                           store_.ListAll(/*hard=*/true, "", kMaxHardBudgets));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<BudgetState> states,
                           store_.Spent(budgets, clock_.Now()));
  FURNACE_RETURN_IF_ERROR(rates_.Refresh());
  internal::v1::ListHardBudgetsResponse response;
  std::map<RateCard, int> places;  // Most projects pay the same.
  for (const BudgetState& state : states) {
    internal::v1::HardBudget& proto = *response.add_budgets();
    proto = ToHardProto(state);
    if (state.budget.spec.unit != BudgetUnit::kNanoUsd) continue;
    const auto card = rates_.Of(state.budget.project_id);
    const auto [place, is_new] = places.try_emplace(*card, response.rate_cards_size());
    if (is_new) *response.add_rate_cards() = ToProto(*card);
    proto.set_rate_card(place->second);
  }
  return response;
}

}  // namespace furnace::metering::rpc

#include "services/metering/rpc/credit_convert.h"

#include <array>
#include <utility>

#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "services/metering/rpc/convert.h"

namespace furnace::metering::rpc {
namespace {

// In the order of AdjustmentKind and of Decider.
constexpr std::array<const char*, 6> kAdjustments = {"volume_tier", "package", "allowance",
                                                     "minimum",     "subsidy", "credit"};
constexpr std::array<const char*, 3> kDeciders = {"local", "opa", "fallback"};

constexpr std::array<std::pair<EntryKind, v1::LedgerEntryKind>, 3> kKinds = {{
    {EntryKind::kGpuTime, v1::LEDGER_ENTRY_KIND_GPU_TIME},
    {EntryKind::kInvocation, v1::LEDGER_ENTRY_KIND_INVOCATION},
    {EntryKind::kStorage, v1::LEDGER_ENTRY_KIND_STORAGE},
}};

void SetTime(std::int64_t micros, google::protobuf::Timestamp* proto) {
  proto->set_seconds(micros / 1'000'000);
  proto->set_nanos(static_cast<int>(micros % 1'000'000) * 1'000);
}

// Of a message that has gpu_types and kinds.
template <typename Proto>
absl::StatusOr<Scope> ScopeIn(const Proto& proto) {
  Scope scope;
  scope.gpu_types = {proto.gpu_types().begin(), proto.gpu_types().end()};
  for (const int number : proto.kinds()) {
    const auto size = scope.kinds.size();
    for (const auto& [kind, wire] : kKinds) {
      if (wire == number) scope.kinds.push_back(kind);
    }
    if (scope.kinds.size() == size) {
      return absl::InvalidArgumentError("kinds: must be GPU_TIME, INVOCATION or STORAGE");
    }
  }
  return scope;
}

template <typename Proto>
void SetScope(const Scope& scope, Proto& proto) {
  for (const std::string& gpu_type : scope.gpu_types) proto.add_gpu_types(gpu_type);
  for (const auto& [kind, wire] : kKinds) {
    for (const EntryKind chosen : scope.kinds) {
      if (chosen == kind) proto.add_kinds(wire);
    }
  }
}

v1::GrantSpec SpecOf(const Grant& grant) {
  v1::GrantSpec spec;
  spec.set_amount_nanos(grant.amount_nanos);
  spec.set_priority(grant.priority);
  SetTime(grant.valid.start_us, spec.mutable_valid_from());
  SetTime(grant.valid.end_us, spec.mutable_valid_until());
  for (const std::string& id : grant.scope.endpoint_ids) spec.add_endpoint_ids(id);
  SetScope(grant.scope, spec);
  spec.set_reason(grant.reason);
  return spec;
}

// 0 on the wire is no limit.
std::optional<std::int64_t> LimitOf(std::int64_t value) {
  if (value == 0) return std::nullopt;
  return value;
}

absl::StatusOr<v1::PeriodAdjustment> ToProto(const Adjustment& adjustment) {
  v1::PeriodAdjustment proto;
  proto.set_kind(kAdjustments.at(static_cast<std::size_t>(adjustment.kind)));
  proto.set_reference(adjustment.reference);
  proto.set_description(adjustment.description);
  proto.set_endpoint_id(adjustment.endpoint_id);
  proto.set_gpu_type(adjustment.gpu_type);
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t nanos, ToNanos(adjustment.amount));
  proto.set_amount_nanos(nanos);
  proto.set_amount_atto(ToString(adjustment.amount.value));
  return proto;
}

}  // namespace

absl::Status CheckOperator(const furnace::rpc::CallContext& call) {
  if (call.role >= v1::ROLE_OPERATOR) return absl::OkStatus();
  return absl::PermissionDeniedError("for operators only");
}

absl::StatusOr<std::string> ProjectNamed(const furnace::rpc::CallContext& call,
                                         const std::string& project_id) {
  if (project_id.empty() || project_id == "me") {
    FURNACE_ASSIGN_OR_RETURN(std::string own, furnace::rpc::ProjectOf(call));
    if (!IsUuid(own)) return absl::PermissionDeniedError("the call's project is not a UUID");
    return own;
  }
  if (project_id == call.project_id) return project_id;
  if (!CheckOperator(call).ok()) return absl::NotFoundError("no such project");
  if (!IsUuid(project_id)) return absl::InvalidArgumentError("project_id: not a UUID");
  return project_id;
}

absl::StatusOr<Grant> FromProto(const v1::CreateGrantRequest& request, std::int64_t now_us) {
  const v1::GrantSpec& spec = request.spec();
  Grant grant{.project_id = request.project_id(),
              .amount_nanos = spec.amount_nanos(),
              .priority = spec.priority(),
              .reason = spec.reason(),
              .idempotency_key = request.idempotency_key()};
  FURNACE_ASSIGN_OR_RETURN(const auto from,
                           ToMicros(spec.has_valid_from(), spec.valid_from(), "valid_from"));
  FURNACE_ASSIGN_OR_RETURN(const auto until,
                           ToMicros(spec.has_valid_until(), spec.valid_until(), "valid_until"));
  if (!until) return absl::InvalidArgumentError("valid_until: is required");
  grant.valid = {from.value_or(now_us), *until};
  FURNACE_ASSIGN_OR_RETURN(grant.scope, ScopeIn(spec));
  grant.scope.endpoint_ids = {spec.endpoint_ids().begin(), spec.endpoint_ids().end()};
  return grant;
}

absl::StatusOr<Policy> FromProto(const v1::SubsidyPolicy& proto) {
  Policy policy{.priority = proto.priority(), .disabled = proto.disabled()};
  for (const std::string& text : proto.conditions()) {
    FURNACE_ASSIGN_OR_RETURN(policy.conditions.emplace_back(), ParseCondition(text));
  }
  policy.award = {.policy = proto.name(),
                  .description = proto.description(),
                  .percent_bp = proto.percent_bp(),
                  .max_gpu_seconds = LimitOf(proto.max_gpu_seconds()),
                  .max_nanos = LimitOf(proto.max_nanos())};
  FURNACE_ASSIGN_OR_RETURN(policy.award.scope, ScopeIn(proto));
  return policy;
}

absl::StatusOr<v1::Grant> ToProto(const GrantView& view) {
  const GrantState& state = view.state;
  v1::Grant proto;
  proto.set_id(state.grant.id);
  proto.set_project_id(state.grant.project_id);
  *proto.mutable_spec() = SpecOf(state.grant);
  SetTime(state.grant.created_us, proto.mutable_created_at());
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t used, ToNanos(state.used));
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t held, ToNanos(view.held));
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t voided, ToNanos(state.voided));
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t expired, ToNanos(state.expired));
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t left, ToNanos(state.left));
  proto.set_used_nanos(used);
  proto.set_held_nanos(held);
  proto.set_voided_nanos(voided);
  proto.set_expired_nanos(expired);
  proto.set_left_nanos(left);
  return proto;
}

absl::StatusOr<v1::PreviewPeriodResponse> ToProto(const PeriodPreview& preview) {
  v1::PreviewPeriodResponse proto;
  SetTime(preview.period.start_us, proto.mutable_start_time());
  SetTime(preview.period.end_us, proto.mutable_end_time());
  FURNACE_ASSIGN_OR_RETURN(const AttoUsd charges, SumOf(preview.charges));
  FURNACE_ASSIGN_OR_RETURN(const AttoUsd adjustments, SumOf(preview.adjustments));
  FURNACE_ASSIGN_OR_RETURN(const AttoUsd due, Add(charges, adjustments));
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t charges_nanos, ToNanos(charges));
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t due_nanos, ToNanos(due));
  proto.set_charges_nanos(charges_nanos);
  proto.set_due_nanos(due_nanos);
  for (const Adjustment& adjustment : preview.adjustments) {
    FURNACE_ASSIGN_OR_RETURN(*proto.add_adjustments(), ToProto(adjustment));
  }
  return proto;
}

v1::ProjectAttributes ToProto(const ProjectAttributes& attributes) {
  v1::ProjectAttributes proto;
  proto.set_project_id(attributes.project_id);
  for (const auto& [name, value] : attributes.attributes) {
    (*proto.mutable_attributes())[name] = ToText(value);
  }
  SetTime(attributes.effective_from_us, proto.mutable_effective_from());
  SetTime(attributes.recorded_us, proto.mutable_recorded_at());
  return proto;
}

v1::SubsidyPolicy ToProto(const Policy& policy) {
  v1::SubsidyPolicy proto;
  proto.set_name(policy.award.policy);
  proto.set_priority(policy.priority);
  for (const Condition& condition : policy.conditions) proto.add_conditions(ToText(condition));
  proto.set_percent_bp(policy.award.percent_bp);
  SetScope(policy.award.scope, proto);
  proto.set_max_gpu_seconds(policy.award.max_gpu_seconds.value_or(0));
  proto.set_max_nanos(policy.award.max_nanos.value_or(0));
  proto.set_description(policy.award.description);
  proto.set_disabled(policy.disabled);
  SetTime(policy.effective_from_us, proto.mutable_effective_from());
  proto.set_version(policy.version);
  return proto;
}

v1::SubsidyDecision ToProto(const SubsidyDecision& decision) {
  v1::SubsidyDecision proto;
  proto.set_id(decision.id);
  proto.set_project_id(decision.project_id);
  SetTime(decision.period.start_us, proto.mutable_start_time());
  SetTime(decision.period.end_us, proto.mutable_end_time());
  SetTime(decision.decided_us, proto.mutable_decided_at());
  proto.set_decider(kDeciders.at(static_cast<std::size_t>(decision.decider)));
  proto.set_note(decision.note);
  proto.set_input(decision.input);
  proto.set_result(decision.result);
  return proto;
}

}  // namespace furnace::metering::rpc

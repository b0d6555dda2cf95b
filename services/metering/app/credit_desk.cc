#include "services/metering/app/credit_desk.h"

#include <algorithm>
#include <utility>

#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"

namespace furnace::metering {
namespace {

// What no period that is still open may use is expired, although no commit has booked it yet.
GrantView ViewOf(GrantState state, AttoUsd held, std::int64_t now_us) {
  GrantView view{std::move(state), held};
  if (view.state.grant.valid.end_us > now_us) return view;
  const Int128 lost = std::max<Int128>(0, view.state.left.value - held.value);
  view.state.expired.value += lost;
  view.state.left.value -= lost;
  return view;
}

AttoUsd HeldOf(const std::string& grant_id, const std::vector<Adjustment>& adjustments) {
  for (const Adjustment& adjustment : adjustments) {
    if (adjustment.kind == AdjustmentKind::kCredit && adjustment.reference == grant_id) {
      return -adjustment.amount;
    }
  }
  return {};
}

}  // namespace

absl::StatusOr<GrantView> CreditDesk::Create(Grant grant) {
  const absl::Time now = clock_.Now();
  const std::int64_t now_us = absl::ToUnixMicros(now);
  FURNACE_RETURN_IF_ERROR(Settle(grant, now_us));
  grant.id = NewUuid(now);
  grant.created_us = now_us;
  FURNACE_ASSIGN_OR_RETURN(GrantState stored, store_.CreateGrant(grant));
  if (!IsSameGift(stored.grant, grant)) {
    return Error(absl::StatusCode::kAlreadyExists,
                 "idempotency_key: was used for another grant, {}", stored.grant.id);
  }
  return ViewOf(std::move(stored), {}, now_us);
}

absl::StatusOr<GrantView> CreditDesk::Void(const std::string& grant_id, const std::string& reason) {
  if (!IsUuid(grant_id)) return absl::InvalidArgumentError("grant_id: not a UUID");
  FURNACE_RETURN_IF_ERROR(CheckReason("reason", reason));
  const std::int64_t now_us = absl::ToUnixMicros(clock_.Now());
  FURNACE_ASSIGN_OR_RETURN(GrantState state, store_.VoidGrant(grant_id, reason, now_us));
  return ViewOf(std::move(state), {}, now_us);
}

absl::StatusOr<std::vector<GrantView>> CreditDesk::List(const std::string& project_id) {
  const std::int64_t now_us = absl::ToUnixMicros(clock_.Now());
  FURNACE_ASSIGN_OR_RETURN(std::vector<GrantState> states, store_.Grants(project_id));
  std::vector<GrantView> views;
  if (states.empty()) return views;
  FURNACE_ASSIGN_OR_RETURN(const Span month, WholePeriod({}, {}, now_us));
  FURNACE_ASSIGN_OR_RETURN(const PeriodPreview preview, previewer_.Preview(project_id, month));
  std::sort(states.begin(), states.end(), [](const GrantState& one, const GrantState& other) {
    return IsUsedBefore(one.grant, other.grant);
  });
  for (GrantState& state : states) {
    const AttoUsd held = HeldOf(state.grant.id, preview.adjustments);
    views.push_back(ViewOf(std::move(state), held, now_us));
  }
  return views;
}

}  // namespace furnace::metering

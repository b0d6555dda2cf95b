#include "services/metering/app/credit_book.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "libs/common/base/status.h"
#include "services/metering/app/subsidy_json.h"

namespace furnace::metering {
namespace {

// What the uses of a committed period were, as ApplyGrants says it.
absl::StatusOr<std::vector<Adjustment>> AsCommitted(std::vector<GrantState> states,
                                                    const std::vector<GrantUse>& uses) {
  std::sort(states.begin(), states.end(), [](const GrantState& one, const GrantState& other) {
    return IsUsedBefore(one.grant, other.grant);
  });
  std::vector<Adjustment> adjustments;
  for (const GrantState& state : states) {
    for (const GrantUse& use : uses) {
      if (use.grant_id != state.grant.id) continue;
      adjustments.push_back(UseOf(state.grant, use.amount.value));
    }
  }
  if (adjustments.size() == uses.size()) return adjustments;
  return absl::InternalError("credits: a use is of no grant of the project");
}

std::vector<Adjustment> OfKind(std::span<const Adjustment> adjustments, AdjustmentKind kind) {
  std::vector<Adjustment> chosen;
  for (const Adjustment& adjustment : adjustments) {
    if (adjustment.kind == kind) chosen.push_back(adjustment);
  }
  return chosen;
}

// By grant id.
std::vector<GrantUse> UsesIn(std::span<const Adjustment> adjustments) {
  std::vector<GrantUse> uses;
  for (const Adjustment& adjustment : OfKind(adjustments, AdjustmentKind::kCredit)) {
    uses.push_back({adjustment.reference, -adjustment.amount});
  }
  std::sort(uses.begin(), uses.end(), [](const GrantUse& one, const GrantUse& other) {
    return one.grant_id < other.grant_id;
  });
  return uses;
}

}  // namespace

absl::StatusOr<std::vector<Adjustment>> CreditBook::Adjust(const PeriodCharges& charges) {
  FURNACE_ASSIGN_OR_RETURN(std::vector<GrantState> states, store_.Grants(charges.project_id));
  FURNACE_ASSIGN_OR_RETURN(const std::optional<PeriodCommit> commit,
                           store_.FindCommit(charges.project_id, charges.period));
  if (commit) return AsCommitted(std::move(states), commit->uses);
  std::vector<GrantBalance> balances;
  for (GrantState& state : states) balances.push_back({std::move(state.grant), state.left});
  return ApplyGrants(std::move(balances), charges.period, charges.charges, charges.adjustments);
}

absl::Status CreditBook::Commit(const std::string& reference, const PeriodCharges& charges) {
  FURNACE_RETURN_IF_ERROR(CheckReason("reference", reference));
  FURNACE_ASSIGN_OR_RETURN(const std::optional<PeriodCommit> known,
                           store_.FindCommit(charges.project_id, charges.period));
  if (known && known->reference == reference) return CheckCommitted(*known, charges);
  if (known) {
    return Error(absl::StatusCode::kFailedPrecondition, "the period is committed for {}",
                 known->reference);
  }
  FURNACE_ASSIGN_OR_RETURN(const std::optional<SubsidyDecision> decision,
                           decisions_.LastDecision(charges.project_id, charges.period));
  if (!decision) return absl::FailedPreconditionError("no subsidies were decided on the period");
  FURNACE_RETURN_IF_ERROR(CheckSubsidies(charges, *decision));
  const absl::Status status = store_.Commit({.project_id = charges.project_id,
                                             .period = charges.period,
                                             .reference = reference,
                                             .decision_id = decision->id,
                                             .uses = UsesIn(charges.adjustments)},
                                            absl::ToUnixMicros(clock_.Now()));
  // Somebody else was as fast: the next time tells whether for the same invoice.
  if (absl::IsAlreadyExists(status)) return absl::AbortedError(status.message());
  return status;
}

absl::Status CreditBook::CheckCommitted(const PeriodCommit& commit, const PeriodCharges& charges) {
  FURNACE_ASSIGN_OR_RETURN(const std::vector<SubsidyDecision> found,
                           decisions_.ListDecisions(commit.project_id, commit.decision_id + 1, 1));
  if (found.empty() || found.front().id != commit.decision_id) {
    return Error(absl::StatusCode::kInternal, "subsidy decision {} is not there",
                 commit.decision_id);
  }
  FURNACE_RETURN_IF_ERROR(CheckSubsidies(charges, found.front()));
  if (UsesIn(charges.adjustments) == commit.uses) return absl::OkStatus();
  return absl::AbortedError("the credits of the period have changed");
}

absl::Status CreditBook::CheckSubsidies(const PeriodCharges& charges,
                                        const SubsidyDecision& decision) {
  std::vector<Adjustment> before(charges.adjustments.begin(), charges.adjustments.end());
  std::erase_if(before, [](const Adjustment& adjustment) {
    return adjustment.kind == AdjustmentKind::kSubsidy ||
           adjustment.kind == AdjustmentKind::kCredit;
  });
  FURNACE_ASSIGN_OR_RETURN(const std::vector<Award> awards, ParseAwards(decision.result));
  FURNACE_ASSIGN_OR_RETURN(const auto expected, ApplyAwards(awards, charges.charges, before));
  if (expected == OfKind(charges.adjustments, AdjustmentKind::kSubsidy)) return absl::OkStatus();
  return absl::AbortedError("the subsidies of the period have changed");
}

}  // namespace furnace::metering

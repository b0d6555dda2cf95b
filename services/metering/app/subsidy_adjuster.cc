#include "services/metering/app/subsidy_adjuster.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "libs/common/base/status.h"
#include "services/metering/app/subsidy_json.h"

namespace furnace::metering {
namespace {

constexpr std::size_t kMaxNote = 256;

// The error without what no column and no reader wants.
std::string NoteOf(const absl::Status& status) {
  std::string note(ToStd(status.message()).substr(0, kMaxNote));
  std::replace_if(
      note.begin(), note.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return note;
}

bool IsSame(const SubsidyDecision& one, const SubsidyDecision& other) {
  return one.input == other.input && one.result == other.result && one.decider == other.decider &&
         one.note == other.note;
}

bool IsFinal(const SubsidyDecision& decision) {
  return decision.decided_us >= decision.period.end_us;
}

}  // namespace

absl::StatusOr<std::vector<Adjustment>> SubsidyAdjuster::Adjust(const PeriodCharges& charges) {
  FURNACE_ASSIGN_OR_RETURN(const SubsidyDecision decision,
                           DecisionOn(charges.project_id, charges.period));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<Award> awards, ParseAwards(decision.result));
  return ApplyAwards(awards, charges.charges, charges.adjustments);
}

absl::StatusOr<SubsidyDecision> SubsidyAdjuster::DecisionOn(const std::string& project_id,
                                                            Span period) {
  FURNACE_ASSIGN_OR_RETURN(const auto commit, commits_.FindCommit(project_id, period));
  if (commit) return Find(*commit);
  return Decide(project_id, period);
}

absl::StatusOr<SubsidyDecision> SubsidyAdjuster::Find(const PeriodCommit& commit) {
  FURNACE_ASSIGN_OR_RETURN(std::vector<SubsidyDecision> found,
                           store_.ListDecisions(commit.project_id, commit.decision_id + 1, 1));
  if (!found.empty() && found.front().id == commit.decision_id) return std::move(found.front());
  return Error(absl::StatusCode::kInternal, "subsidy decision {} is not there", commit.decision_id);
}

absl::StatusOr<SubsidyDecision> SubsidyAdjuster::Decide(const std::string& project_id,
                                                        Span period) {
  const std::int64_t at_us = period.end_us - 1;
  FURNACE_ASSIGN_OR_RETURN(const auto known, store_.ListAttributes(project_id, at_us, 1));
  FURNACE_ASSIGN_OR_RETURN(std::vector<Policy> policies, store_.PoliciesAt(at_us));
  std::erase_if(policies, [](const Policy& policy) { return policy.disabled; });
  const Attributes attributes = known.empty() ? Attributes() : known.front().attributes;
  SubsidyDecision decision{.project_id = project_id,
                           .period = period,
                           .decided_us = absl::ToUnixMicros(clock_.Now()),
                           .input = InputJson(project_id, period, attributes, policies)};

  FURNACE_ASSIGN_OR_RETURN(std::optional<SubsidyDecision> last,
                           store_.LastDecision(project_id, period));
  if (last && last->input == decision.input && Stands(*last)) return *std::move(last);
  AskFor(decision, metering::Decide(std::move(policies), attributes));
  if (last && IsSame(*last, decision) && IsFinal(*last) == IsFinal(decision)) {
    return *std::move(last);
  }
  FURNACE_ASSIGN_OR_RETURN(decision.id, store_.RecordDecision(decision));
  return decision;
}

bool SubsidyAdjuster::Stands(const SubsidyDecision& last) const {
  switch (last.decider) {
    case Decider::kLocal: return agent_ == nullptr;
    case Decider::kOpa: return IsFinal(last);
    case Decider::kFallback: break;
  }
  return false;
}

void SubsidyAdjuster::AskFor(SubsidyDecision& decision, const std::vector<Award>& local) {
  decision.result = AwardsJson(local);
  if (agent_ == nullptr) return;
  const absl::StatusOr<std::string> answer = agent_->Ask(decision.input);
  const absl::StatusOr<std::vector<Award>> awards =
      answer.ok() ? ParseAwards(*answer) : answer.status();
  if (!awards.ok()) {
    spdlog::warn("policy agent: {}", awards.status().ToString());
    decision.decider = Decider::kFallback;
    decision.note = NoteOf(awards.status());
    return;
  }
  decision.decider = Decider::kOpa;
  decision.result = AwardsJson(*awards);
}

}  // namespace furnace::metering

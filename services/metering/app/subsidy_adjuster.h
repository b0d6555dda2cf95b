#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/base/clock.h"
#include "services/metering/app/adjuster.h"
#include "services/metering/app/credit_ports.h"
#include "services/metering/app/subsidy_ports.h"

namespace furnace::metering {

/// Subsidies of periods. Each decision on what a project is awarded in a period is recorded, and
/// is about terms, not amounts: these follow from it and the charges by ApplyAwards.
///
/// It is made from what is known of the project, and which policies are in force, at the last
/// microsecond of the period. A decision stands once its period is committed. Before, it is
/// made anew when that changes; where an agent decides, also when the last decision was made
/// before the period was over, or without the agent.
class SubsidyAdjuster final : public Adjuster {
 public:
  /// Without an agent (nullptr) the stored policies decide.
  SubsidyAdjuster(SubsidyStore& store, CreditStore& commits, PolicyAgent* agent, const Clock& clock)
      : store_(store), commits_(commits), agent_(agent), clock_(clock) {}

  absl::StatusOr<std::vector<Adjustment>> Adjust(const PeriodCharges& charges) override;

 private:
  absl::StatusOr<SubsidyDecision> DecisionOn(const std::string& project_id, Span period);
  absl::StatusOr<SubsidyDecision> Find(const PeriodCommit& commit);
  absl::StatusOr<SubsidyDecision> Decide(const std::string& project_id, Span period);
  bool Stands(const SubsidyDecision& last) const;
  // Fills in who decides what.
  void AskFor(SubsidyDecision& decision, const std::vector<Award>& local);

  SubsidyStore& store_;
  CreditStore& commits_;
  PolicyAgent* const agent_;
  const Clock& clock_;
};

}  // namespace furnace::metering

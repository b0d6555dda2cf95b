#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/common/base/clock.h"
#include "services/metering/app/adjuster.h"
#include "services/metering/app/credit_ports.h"
#include "services/metering/app/subsidy_ports.h"

namespace furnace::metering {

/// Credits of periods, and what makes them stand.
///
/// An invoice becomes final in three steps: it asks the adjusters, commits here, and freezes
/// what it was told. What is committed stays: after a crash between the last two the adjusters
/// say for the period what they said before. Thread-safe.
class CreditBook final : public Adjuster {
 public:
  CreditBook(CreditStore& store, SubsidyStore& decisions, const Clock& clock)
      : store_(store), decisions_(decisions), clock_(clock) {}

  /// What the project's grants pay; of a committed period, what they have paid.
  absl::StatusOr<std::vector<Adjustment>> Adjust(const PeriodCharges& charges) override;

  /// Makes the subsidies and credits among `charges.adjustments`, which are those of all
  /// adjusters, stand for the period, under the reference of its invoice; once, however often
  /// it is called.
  ///
  /// ABORTED, and nothing is committed, when they are not what the adjusters would say now: ask
  /// them again. FAILED_PRECONDITION when the period is committed under another reference, or
  /// nothing was decided on it. INVALID_ARGUMENT for a bad reference.
  absl::Status Commit(const std::string& reference, const PeriodCharges& charges);

 private:
  absl::Status CheckSubsidies(const PeriodCharges& charges, const SubsidyDecision& decision);

  CreditStore& store_;
  SubsidyStore& decisions_;
  const Clock& clock_;
};

}  // namespace furnace::metering

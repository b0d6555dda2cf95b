#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/common/base/clock.h"
#include "services/metering/app/adjuster.h"
#include "services/metering/app/credit_ports.h"
#include "services/metering/app/invoice_ports.h"
#include "services/metering/app/subsidy_ports.h"

namespace furnace::metering {

/// Credits of periods, and what makes them stand.
///
/// An invoice becomes final in three steps: it asks the adjusters, commits here, and freezes
/// what it was told. What is committed stays: after a crash between the last two the adjusters
/// say for the period what they said before. Thread-safe.
class CreditBook final : public Adjuster, public PeriodCommitter {
 public:
  CreditBook(CreditStore& store, SubsidyStore& decisions, const Clock& clock)
      : store_(store), decisions_(decisions), clock_(clock) {}

  /// What the project's grants pay; of a committed period, what they have paid.
  absl::StatusOr<std::vector<Adjustment>> Adjust(const PeriodCharges& charges) override;

  /// Makes the subsidies and credits among `charges.adjustments` stand for the period. Of two
  /// who make the same invoice at once the slower is told ABORTED unless it says the same.
  ///
  /// FAILED_PRECONDITION when the period is committed under another reference, or nothing was
  /// decided on it. INVALID_ARGUMENT for a bad reference.
  absl::Status Commit(const std::string& reference, const PeriodCharges& charges) override;

 private:
  absl::Status CheckCommitted(const PeriodCommit& commit, const PeriodCharges& charges);
  absl::Status CheckSubsidies(const PeriodCharges& charges, const SubsidyDecision& decision);

  CreditStore& store_;
  SubsidyStore& decisions_;
  const Clock& clock_;
};

}  // namespace furnace::metering

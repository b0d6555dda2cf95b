#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "libs/common/base/clock.h"
#include "services/metering/app/closed_periods.h"
#include "services/metering/app/correction_ports.h"
#include "services/metering/app/ports.h"

namespace furnace::metering {

/// Most records that one call looks at to rate them again.
inline constexpr int kMaxRerated = 20'000;

/// Corrects ledgers, by new entries. Thread-safe.
class Corrector {
 public:
  Corrector(CorrectionStore& corrections, PriceStore& prices, ClosedPeriods& closed,
            const Clock& clock)
      : corrections_(corrections), prices_(prices), closed_(closed), clock_(clock) {}

  /// Books `correction` now. Errors: those of CheckCorrection and of the store.
  absl::StatusOr<BookedCorrection> Correct(const Correction& correction);

  /// Rates usage of the project in `period` again at the prices in force now and books the
  /// differences: of at most kMaxRerated records after `after`. Whoever goes on after `last` until
  /// it is complete has rated all.
  ///
  /// Errors: INVALID_ARGUMENT for a period that is not of whole UTC hours, empty, longer than
  /// 400 days or in the future; FAILED_PRECONDITION when some of it is closed; those of the
  /// stores. What was booked before an error stays.
  absl::StatusOr<RerateOutcome> Rerate(const std::string& project_id, Span period, Place after);

 private:
  absl::Status CheckOpen(const std::string& project_id, Span period, std::int64_t now_us);

  CorrectionStore& corrections_;
  PriceStore& prices_;
  ClosedPeriods& closed_;
  const Clock& clock_;
};

}  // namespace furnace::metering

#include "services/metering/app/corrector.h"

#include "absl/time/time.h"
#include "libs/common/base/status.h"
#include "services/metering/app/ledger_lines.h"
#include "services/metering/domain/usage_query.h"

namespace furnace::metering {

absl::StatusOr<BookedCorrection> Corrector::Correct(const Correction& correction) {
  FURNACE_RETURN_IF_ERROR(CheckCorrection(correction));
  return corrections_.Correct(correction, absl::ToUnixMicros(clock_.Now()));
}

absl::Status Corrector::CheckOpen(const std::string& project_id, Span period, std::int64_t now_us) {
  if (period.start_us < kEarliestUs || period.start_us % kHourUs != 0) {
    return absl::InvalidArgumentError("start_time: not a whole UTC hour since 2020");
  }
  if (period.end_us % kHourUs != 0 || period.end_us > HourOf(now_us) + kHourUs) {
    return absl::InvalidArgumentError("end_time: not a whole UTC hour, or in the future");
  }
  if (period.end_us <= period.start_us || period.end_us - period.start_us > kMaxPeriodUs) {
    return absl::InvalidArgumentError("end_time: must be within 400 days after start_time");
  }
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t open_from_us, closed_.OpenFrom(project_id));
  if (period.start_us >= open_from_us) return absl::OkStatus();
  return absl::FailedPreconditionError("the period is closed: some of it is in a final invoice");
}

absl::StatusOr<RerateOutcome> Corrector::Rerate(const std::string& project_id, Span period,
                                                Place after) {
  const std::int64_t now_us = absl::ToUnixMicros(clock_.Now());
  FURNACE_RETURN_IF_ERROR(CheckOpen(project_id, period, now_us));
  FURNACE_ASSIGN_OR_RETURN(const PriceList prices, prices_.Load());
  RerateStep step{.project_id = project_id,
                  .period = period,
                  .after = after,
                  .limit = kMaxRecordsOfTransaction,
                  .now_us = now_us};
  RerateOutcome total{.last = step.after};
  while (!total.complete && total.records < kMaxRerated) {
    FURNACE_ASSIGN_OR_RETURN(const RerateOutcome next, corrections_.Rerate(step, prices));
    FURNACE_ASSIGN_OR_RETURN(total.difference, Add(total.difference, next.difference));
    total.records += next.records;
    total.changed += next.changed;
    total.complete = next.complete;
    if (next.records > 0) total.last = next.last;
    step.after = total.last;
  }
  return total;
}

}  // namespace furnace::metering

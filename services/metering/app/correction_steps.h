// What every CorrectionStore does between reading and writing.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/metering/app/correction_ports.h"
#include "services/metering/domain/usage_sums.h"

namespace furnace::metering {

/// OK when `asked` is what was booked as `booked` under the same id; else ALREADY_EXISTS.
absl::Status CheckSame(const Correction& asked, const Correction& booked);

/// NOT_FOUND for the record that `correction` is about.
absl::Status NoSuchRecord(const Correction& correction);

/// The correction of a record whose bill at present is `bill`, and which corrections before have
/// changed by `corrected`: with its endpoint and GPU type and, when it has no amount, that of
/// taking all back. FAILED_PRECONDITION when nothing is owed.
absl::StatusOr<Correction> Resolve(Correction correction, const Bill& bill, AttoUsd corrected);

/// What a step books of some records: postings in the order of the reratings.
struct RerateBatch {
  RerateOutcome outcome;
  std::vector<Rerating> reratings;
  std::vector<Posting> postings;
  std::vector<Bill> bills;            // As they are rated now.
  std::map<HourKey, HourSums> hours;  // What the hours' sums change by.
};

/// `bills` are the step's records at the prices that they have, by place.
absl::StatusOr<RerateBatch> RateBatch(const RerateStep& step, const PriceList& prices,
                                      std::span<const BookedBill> bills);

/// The transaction of a step, without what it books.
Transaction HeaderOf(const RerateStep& step, const PriceList& prices, std::int64_t number);

}  // namespace furnace::metering

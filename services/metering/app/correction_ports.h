// What metering needs to correct ledgers.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "services/metering/app/ledger_ports.h"
#include "services/metering/domain/correction.h"

namespace furnace::metering {

/// A correction as it was booked.
struct BookedCorrection {
  Correction correction;
  std::int64_t transaction = 0;  // The number of the one that books it.
  std::int64_t recorded_us = 0;
};

/// Which records to rate again, and how.
struct RerateStep {
  std::string project_id;
  Span period = {};  // Whole UTC hours.
  Place after = {};  // Only records with a greater place.
  int limit = 0;     // Most records, at least 1, at most kMaxRecordsOfTransaction.
  std::int64_t now_us = 0;
};

/// What a step has found.
struct RerateOutcome {
  std::int64_t records = 0;  // Looked at.
  std::int64_t changed = 0;  // Of these, booked anew.
  AttoUsd difference = {};   // What is owed more by that.
  Place last = {};           // The last record looked at.
  bool complete = false;     // Whether there are no more.
};

/// Books what is decided about usage that is booked. Thread-safe.
class CorrectionStore {
 public:
  virtual ~CorrectionStore() = default;

  /// Books a valid correction in a transaction of its own. One without amount takes back all
  /// that is owed for its record, whose endpoint and GPU type it is given. One whose id the
  /// project has is not booked again: its outcome is that of the first.
  ///
  /// Errors: NOT_FOUND, no such record; FAILED_PRECONDITION, nothing is owed for it;
  /// ALREADY_EXISTS, the id is of another correction.
  virtual absl::StatusOr<BookedCorrection> Correct(const Correction& correction,
                                                   std::int64_t now_us) = 0;

  /// Rates the next records, by place, again at the prices of `prices` that are in force at
  /// `now_us`, and books what differs in one transaction. Records that differ in nothing are not
  /// booked, so that doing it twice does it once.
  virtual absl::StatusOr<RerateOutcome> Rerate(const RerateStep& step, const PriceList& prices) = 0;
};

}  // namespace furnace::metering

#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/base/clock.h"
#include "services/metering/app/ports.h"
#include "services/metering/domain/usage.h"

namespace furnace::metering {

/// Takes usage into the books, each attempt once. Thread-safe.
class UsageRecorder {
 public:
  UsageRecorder(UsageStore& usage, PriceStore& prices, RecordingMonitor& monitor,
                const Clock& clock)
      : usage_(usage), prices_(prices), monitor_(monitor), clock_(clock) {}

  /// Bills and stores `records` in one transaction, but for those that differ from or overlap
  /// earlier ones: these in up to seven further ones; the number that were new.
  ///
  /// A record whose key is known is skipped. If it also differs from what is
  /// known, or if it overlaps another one that is (see Overlap), it is refused: logged, counted
  /// and kept for UsageReader to list. So is what would need yet another transaction.
  ///
  /// Errors: INVALID_ARGUMENT "records[3].epoch: ..." for a record that Validate
  /// refuses, and those of the stores. Nothing was stored, or after UNAVAILABLE
  /// or DEADLINE_EXCEEDED perhaps some or all: the call may be repeated as it was.
  absl::StatusOr<int> Record(std::vector<UsageRecord> records);

 private:
  absl::Status Store(const std::vector<Bill>& bills, std::int64_t now_us, RecordTally& tally);
  absl::Status Refuse(const std::vector<UsageRecord>& records);

  UsageStore& usage_;
  PriceStore& prices_;
  RecordingMonitor& monitor_;
  const Clock& clock_;
};

}  // namespace furnace::metering

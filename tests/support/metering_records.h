// Usage records, prices and clocks for tests of metering.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/common/base/clock.h"
#include "services/metering/app/ports.h"

namespace furnace::metering {

/// 2026-03-01T10:00:00Z: a whole hour, and the first of a month.
inline constexpr std::int64_t kTenUs = 1'772'359'200'000'000;
inline constexpr std::int64_t kSecondUs = 1'000'000;
inline constexpr std::int64_t kMinuteUs = 60 * kSecondUs;

/// A new UUID.
std::string NewId();

/// A valid record of a job and project of its own: one rtx4000 for the hour's
/// first ten seconds. Set what the test is about.
UsageRecord ARecord();

/// What the migrations put into the price list.
std::vector<Price> DefaultPrices();

/// The bill of a valid record at the default prices.
Bill DefaultBill(const UsageRecord& record);

/// Their bills, at the default prices.
std::vector<Bill> DefaultBills(const std::vector<UsageRecord>& records);

/// Stands still.
class FixedClock final : public Clock {
 public:
  explicit FixedClock(std::int64_t now_us) : now_(absl::FromUnixMicros(now_us)) {}
  absl::Time Now() const override { return now_; }

 private:
  absl::Time now_;
};

/// Keeps the last tally. For one thread.
class LastTally final : public RecordingMonitor {
 public:
  void Recorded(const RecordTally& tally) override { last = tally; }
  RecordTally last;
};

}  // namespace furnace::metering

#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "services/metering/domain/billing.h"
#include "services/metering/domain/money.h"

namespace furnace::metering {

/// Exact sums of usage. GPU time is in microseconds times thousandths of a GPU.
struct UsageSums {
  Int128 gpu_milli_us = 0;           // Billed.
  Int128 credited_gpu_milli_us = 0;  // Not billed: the platform failed.
  Int128 unpriced_gpu_milli_us = 0;  // Of what is billed, what has no price.
  Int128 invocations = 0;
  Int128 cold_start_us = 0;
  Int128 covered_gpu_milli_us = 0;  // Of attempts on workers billed by lifetime.
  Int128 byte_us = 0;               // Stored: bytes times microseconds.
  Int128 tokens = 0;                // Of the invocations.
  AttoUsd cost = {};                // Credits taken off.

  friend bool operator==(const UsageSums&, const UsageSums&) = default;
};

/// OUT_OF_RANGE when the cost grows over 38 digits.
absl::StatusOr<UsageSums> Add(const UsageSums& a, const UsageSums& b);

/// The part of a segment of `record` that lies in `within`, which it overlaps.
UsageSums SumsOf(const UsageRecord& record, const Segment& segment, Span within);

/// What counts once for a record, at the time it ends: invocation, cold start, tokens.
UsageSums SumsAtEnd(const Bill& bill);

/// What usage is summed by, for good.
struct HourKey {
  std::string project_id;
  std::int64_t hour_us = 0;
  std::string endpoint_id;
  std::string gpu_type;
  std::string api_key_id;  // Empty: none.

  friend auto operator<=>(const HourKey&, const HourKey&) = default;
};

/// The sums of an hour.
struct HourSums {
  UsageSums sums = {};
  /// What they count lies between these microseconds, both included.
  std::int64_t first_us = 0;
  std::int64_t last_us = 0;
};

/// The sums that `bills` add to each hour. Errors: those of Add.
absl::StatusOr<std::map<HourKey, HourSums>> SumByHour(std::span<const Bill* const> bills);

/// What the hours' sums change by when `before` becomes `after`: bills of the same records.
absl::StatusOr<std::map<HourKey, HourSums>> SumChanges(std::span<const Bill* const> before,
                                                       std::span<const Bill* const> after);

}  // namespace furnace::metering

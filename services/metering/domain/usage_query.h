#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/metering/domain/usage.h"
#include "services/metering/domain/usage_sums.h"

namespace furnace::metering {

inline constexpr std::int64_t kMaxPeriodUs = 400 * kDayUs;

/// What usage to sum, and by what to split the sums.
struct UsageQuery {
  std::string project_id;
  Span period = {};
  std::optional<std::string> endpoint_id = {};
  std::optional<std::string> job_id = {};
  bool by_endpoint = false;
  bool by_gpu_type = false;
  bool by_hour = false;
};

/// One group's sums. The keys it was not grouped by are empty, or unset.
struct UsageRow {
  std::optional<std::int64_t> hour_us = {};
  std::string endpoint_id = {};
  std::string gpu_type = {};
  UsageSums sums = {};
};

/// The period from `start_us`, by default the first of `now_us`'s UTC month, to
/// `end_us`, by default `now_us`.
///
/// INVALID_ARGUMENT when it ends before it starts or is longer than 400 days.
absl::StatusOr<Span> PeriodOf(std::optional<std::int64_t> start_us,
                              std::optional<std::int64_t> end_us, std::int64_t now_us);

/// A period as the UTC hours that lie whole in it, one after another, and the at
/// most two pieces of an hour at its ends.
struct PeriodParts {
  Span whole_hours = {};  // Empty when there are none.
  std::vector<Span> edges = {};
};

PeriodParts SplitAtHours(Span period);

/// The parts of `query.period` that its usage is read by. The usage of one job is
/// not summed by hour beforehand: its whole period is an edge.
PeriodParts PartsOf(const UsageQuery& query);

}  // namespace furnace::metering

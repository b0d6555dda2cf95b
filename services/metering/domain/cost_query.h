// What a cost report is asked for, and what it says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/metering/domain/usage.h"
#include "services/metering/domain/usage_sums.h"

namespace furnace::metering {

/// Longest period of a report that is made from the records themselves.
inline constexpr std::int64_t kMaxRecordPeriodUs = 31 * kDayUs;

/// A stretch of UTC time that costs are summed over.
enum class TimeUnit { kNone, kHour, kDay, kMonth };

/// By what to split costs, and which to leave out.
struct CostQuery {
  std::string project_id = {};
  Span period = {};  // Whole UTC hours.
  TimeUnit by_time = TimeUnit::kNone;
  bool by_endpoint = false;
  bool by_gpu_type = false;
  bool by_api_key = false;
  bool by_kind = false;
  bool by_worker = false;
  bool by_job = false;
  std::optional<std::string> by_tag = {};  // The tag's name.
  std::optional<std::string> endpoint_id = {};
  std::optional<std::string> gpu_type = {};
  std::optional<std::string> api_key_id = {};
  std::optional<UsageKind> kind = {};
  std::optional<std::string> worker_id = {};
  std::optional<std::string> tagged = {};  // "name=value".
  bool count_jobs = false;
  bool dearest_first = false;  // Else by the keys, in the order of CostRow.
};

/// One group's sums. The keys it was not grouped by are empty, or unset.
struct CostRow {
  std::optional<std::int64_t> time_us = {};  // First microsecond of the time unit.
  std::string endpoint_id = {};
  std::string gpu_type = {};
  std::string api_key_id = {};
  std::optional<UsageKind> kind = {};
  std::string worker_id = {};
  std::string tag_value = {};
  std::string job_id = {};
  UsageSums sums = {};
  Int128 jobs = 0;  // Whose first attempt ended here; counted only when asked for.

  friend bool operator==(const CostRow&, const CostRow&) = default;
};

/// Some groups, and the sum of all there are.
struct CostPage {
  std::vector<CostRow> rows;
  CostRow total = {};
};

/// Whether the hourly sums do not know enough to answer `query`.
bool NeedsRecords(const CostQuery& query);

/// The first microsecond of the `unit` of UTC time that `time_us`, not negative, lies in;
/// nullopt for kNone.
std::optional<std::int64_t> StartOf(TimeUnit unit, std::int64_t time_us);

/// The period from `start_us`, by default the first of `now_us`'s UTC month, to `end_us`, by
/// default the end of `now_us`'s hour.
///
/// INVALID_ARGUMENT when either is no whole hour, it ends before it starts, or it is longer
/// than 400 days or, `from_records`, 31.
absl::StatusOr<Span> ReportPeriodOf(std::optional<std::int64_t> start_us,
                                    std::optional<std::int64_t> end_us, std::int64_t now_us,
                                    bool from_records);

/// The value that `tags` has for `name`, or "".
std::string ValueOf(const std::vector<Tag>& tags, const std::string& name);

}  // namespace furnace::metering

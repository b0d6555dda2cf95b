#include "services/metering/domain/usage_query.h"

#include <algorithm>

#include "libs/common/base/status.h"
#include "services/metering/domain/month.h"

namespace furnace::metering {
namespace {

// No usage is older, and hours are counted from the Unix epoch up.
Span WithUsage(Span period) {
  return {std::max(period.start_us, kEarliestUs), std::max(period.end_us, kEarliestUs)};
}

}  // namespace

absl::StatusOr<Span> PeriodOf(std::optional<std::int64_t> start_us,
                              std::optional<std::int64_t> end_us, std::int64_t now_us) {
  const Span period{start_us.value_or(MonthAt(now_us).start_us), end_us.value_or(now_us)};
  if (period.end_us < period.start_us) {
    return absl::InvalidArgumentError("end_time: before start_time");
  }
  if (period.end_us - period.start_us > kMaxPeriodUs) {
    return absl::InvalidArgumentError("end_time: more than 400 days after start_time");
  }
  return period;
}

PeriodParts SplitAtHours(Span period) {
  period = WithUsage(period);
  if (period.start_us >= period.end_us) return {};
  const std::int64_t first_hour = HourOf(period.start_us + kHourUs - 1);
  const std::int64_t last_hour = HourOf(period.end_us);
  if (first_hour > last_hour) return {.edges = {period}};

  PeriodParts parts{.whole_hours = {first_hour, last_hour}};
  if (period.start_us < first_hour) parts.edges.push_back({period.start_us, first_hour});
  if (last_hour < period.end_us) parts.edges.push_back({last_hour, period.end_us});
  return parts;
}

PeriodParts PartsOf(const UsageQuery& query) {
  if (!query.job_id) return SplitAtHours(query.period);
  const Span period = WithUsage(query.period);
  if (period.start_us >= period.end_us) return {};
  return {.edges = {period}};
}

}  // namespace furnace::metering

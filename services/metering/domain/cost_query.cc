#include "services/metering/domain/cost_query.h"

#include <algorithm>

#include "libs/common/base/status.h"
#include "services/metering/domain/month.h"
#include "services/metering/domain/usage_query.h"

namespace furnace::metering {
namespace {

absl::Status CheckWholeHour(std::int64_t time_us, const char* field) {
  if (time_us % kHourUs == 0) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "{}: must be a full UTC hour", field);
}

}  // namespace

bool NeedsRecords(const CostQuery& query) {
  return query.by_kind || query.by_worker || query.by_job || query.by_tag || query.kind ||
         query.worker_id || query.tagged || query.count_jobs;
}

std::optional<std::int64_t> StartOf(TimeUnit unit, std::int64_t time_us) {
  switch (unit) {
    case TimeUnit::kNone: break;
    case TimeUnit::kHour: return HourOf(time_us);
    case TimeUnit::kDay: return time_us - time_us % kDayUs;
    case TimeUnit::kMonth: return MonthAt(time_us).start_us;
  }
  return std::nullopt;
}

absl::StatusOr<Span> ReportPeriodOf(std::optional<std::int64_t> start_us,
                                    std::optional<std::int64_t> end_us, std::int64_t now_us,
                                    bool from_records) {
  const std::int64_t hour_end_us = HourOf(now_us) + kHourUs;
  FURNACE_RETURN_IF_ERROR(CheckWholeHour(start_us.value_or(0), "start_time"));
  FURNACE_RETURN_IF_ERROR(CheckWholeHour(end_us.value_or(0), "end_time"));
  FURNACE_ASSIGN_OR_RETURN(const Span period,
                           PeriodOf(start_us.value_or(*StartOf(TimeUnit::kMonth, now_us)),
                                    end_us.value_or(hour_end_us), now_us));
  if (from_records && period.end_us - period.start_us > kMaxRecordPeriodUs) {
    return absl::InvalidArgumentError(
        "end_time: more than 31 days after start_time, the most by kind, worker, job or tag");
  }
  return period;
}

std::string ValueOf(const std::vector<Tag>& tags, const std::string& name) {
  const auto found =
      std::find_if(tags.begin(), tags.end(), [&](const Tag& tag) { return tag.first == name; });
  return found == tags.end() ? "" : found->second;
}

}  // namespace furnace::metering

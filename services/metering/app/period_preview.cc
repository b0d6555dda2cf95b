#include "services/metering/app/period_preview.h"

#include "libs/common/base/status.h"
#include "services/metering/domain/month.h"
#include "services/metering/domain/usage_query.h"

namespace furnace::metering {
namespace {

template <typename Items>
absl::StatusOr<AttoUsd> Total(const Items& items) {
  AttoUsd total;
  for (const auto& item : items) {
    FURNACE_ASSIGN_OR_RETURN(total, Add(total, item.amount));
  }
  return total;
}

absl::Status CheckHour(std::int64_t time_us, const char* field) {
  if (time_us >= kEarliestUs && HourOf(time_us) == time_us) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "{}: not a whole UTC hour from 2020 on", field);
}

}  // namespace

absl::StatusOr<Span> WholePeriod(std::optional<std::int64_t> start_us,
                                 std::optional<std::int64_t> end_us, std::int64_t now_us) {
  Span period;
  period.start_us = start_us.value_or(MonthAt(now_us).start_us);
  FURNACE_RETURN_IF_ERROR(CheckHour(period.start_us, "start_time"));
  period.end_us = end_us.value_or(MonthAt(period.start_us).end_us);
  FURNACE_RETURN_IF_ERROR(CheckHour(period.end_us, "end_time"));
  if (period.end_us <= period.start_us) {
    return absl::InvalidArgumentError("end_time: not after start_time");
  }
  if (period.end_us - period.start_us > kMaxPeriodUs) {
    return absl::InvalidArgumentError("end_time: more than 400 days after start_time");
  }
  return period;
}

absl::StatusOr<AttoUsd> SumOf(const std::vector<Charge>& charges) { return Total(charges); }

absl::StatusOr<AttoUsd> SumOf(const std::vector<Adjustment>& adjustments) {
  return Total(adjustments);
}

absl::StatusOr<PeriodPreview> PeriodPreviewer::Preview(const std::string& project_id, Span period) {
  PeriodPreview preview{.period = period};
  FURNACE_ASSIGN_OR_RETURN(preview.charges, charges_.Load(project_id, period));
  for (Adjuster* const adjuster : adjusters_) {
    FURNACE_ASSIGN_OR_RETURN(const std::vector<Adjustment> more,
                             adjuster->Adjust({.project_id = project_id,
                                               .period = period,
                                               .charges = preview.charges,
                                               .adjustments = preview.adjustments}));
    preview.adjustments.insert(preview.adjustments.end(), more.begin(), more.end());
  }
  return preview;
}

}  // namespace furnace::metering

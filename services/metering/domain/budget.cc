#include "services/metering/domain/budget.h"

#include <string_view>

#include "absl/time/civil_time.h"
#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "libs/common/base/webhook_url.h"

namespace furnace::metering {
namespace {

constexpr std::size_t kMaxNameBytes = 63;
constexpr int kPercent = 100;

bool IsName(std::string_view name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789-";
  return !name.empty() && name.size() <= kMaxNameBytes && name.front() >= 'a' &&
         name.front() <= 'z' && name.find_first_not_of(kAllowed) == std::string_view::npos;
}

absl::Status CheckThresholds(const std::vector<int>& thresholds) {
  int before = 0;
  for (const int threshold : thresholds) {
    if (threshold <= before || threshold > kMaxThreshold) {
      return Error(absl::StatusCode::kInvalidArgument,
                   "thresholds: must rise and be 1 to {}, {} does not", kMaxThreshold, threshold);
    }
    before = threshold;
  }
  if (thresholds.size() > kMaxThresholds) {
    return Error(absl::StatusCode::kInvalidArgument, "thresholds: at most {}", kMaxThresholds);
  }
  return absl::OkStatus();
}

// The first moments of the window and of the next one.
template <typename Civil>
BudgetSpan Between(Civil first, Civil next) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  return {.start = absl::FromCivil(first, utc), .end = absl::FromCivil(next, utc)};
}

}  // namespace

absl::Status Validate(const BudgetSpec& spec) {
  if (!IsName(spec.name)) {
    return absl::InvalidArgumentError(
        "name: must be 1 to 63 characters of [a-z0-9-] that start with a letter");
  }
  if (!spec.endpoint_id.empty() && !IsUuid(spec.endpoint_id)) {
    return absl::InvalidArgumentError("endpoint_id: must be a UUID");
  }
  if (!spec.api_key_id.empty() && !IsUuid(spec.api_key_id)) {
    return absl::InvalidArgumentError("api_key_id: must be a UUID");
  }
  if (spec.limit < 1 || spec.limit > kMaxBudgetLimit) {
    return Error(absl::StatusCode::kInvalidArgument, "limit_{}: must be 1 to {}, not {}",
                 spec.unit == BudgetUnit::kNanoUsd ? "nanos" : "gpu_time_us", kMaxBudgetLimit,
                 spec.limit);
  }
  if (!spec.webhook.empty()) {
    const absl::Status url = CheckWebhookUrl(spec.webhook);
    if (!url.ok()) return Annotate(url, "webhook");
  }
  return CheckThresholds(spec.thresholds);
}

absl::Status CheckChange(const BudgetSpec& before, const BudgetSpec& after) {
  const char* changed = nullptr;
  if (before.endpoint_id != after.endpoint_id) changed = "endpoint_id";
  if (before.api_key_id != after.api_key_id) changed = "api_key_id";
  if (before.unit != after.unit) changed = "limit_nanos";
  if (before.window != after.window) changed = "window";
  if (changed == nullptr) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "{}: cannot be changed", changed);
}

BudgetSpan SpanOf(BudgetWindow window, absl::Time created_at, absl::Time now) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  const absl::CivilDay today = absl::ToCivilDay(now, utc);
  switch (window) {
    case BudgetWindow::kHour: {
      const absl::CivilHour hour = absl::ToCivilHour(now, utc);
      return Between(hour, hour + 1);
    }
    case BudgetWindow::kDay: return Between(today, today + 1);
    case BudgetWindow::kWeek: {
      const absl::CivilDay monday = absl::PrevWeekday(today + 1, absl::Weekday::monday);
      return Between(monday, monday + 7);
    }
    case BudgetWindow::kMonth: {
      const absl::CivilMonth month(today);
      return Between(month, month + 1);
    }
    case BudgetWindow::kGrant: break;
  }
  return {.start = absl::FromCivil(absl::ToCivilHour(created_at, utc), utc)};
}

std::vector<int> ReachedThresholds(const std::vector<int>& thresholds, std::int64_t limit,
                                   std::int64_t spent) {
  std::vector<int> reached;
  for (const int threshold : thresholds) {
    // Whole: a limit of 9e15 times 1,000 is below 2^63.
    if (spent >= (limit * threshold + kPercent - 1) / kPercent) reached.push_back(threshold);
  }
  return reached;
}

}  // namespace furnace::metering

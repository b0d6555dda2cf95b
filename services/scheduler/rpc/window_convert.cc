#include "services/scheduler/rpc/window_convert.h"

#include <fmt/format.h>

#include "libs/common/base/status.h"
#include "services/scheduler/domain/time_window.h"

namespace furnace::scheduler::rpc {
namespace {

constexpr int kDaysOfWeek = 7;
constexpr unsigned kAllDays = 0x7f;

}  // namespace

absl::StatusOr<std::string> FromProto(std::string_view field, const v1::TimeWindow& window) {
  unsigned days = window.days().empty() ? kAllDays : 0;
  for (const int day : window.days()) {
    if (day < v1::DAY_OF_WEEK_MONDAY || day > v1::DAY_OF_WEEK_SUNDAY) {
      return Error(absl::StatusCode::kInvalidArgument, "{}.days: {} is no day", field, day);
    }
    days |= 1U << (day - v1::DAY_OF_WEEK_MONDAY);
  }
  const absl::StatusOr<TimeWindow> made =
      MakeTimeWindow(window.start(), window.end(), window.time_zone(), days);
  if (made.ok()) return ToString(*made);
  return Error(made.status().code(), "{}.{}", field, ToStd(made.status().message()));
}

void SetWindow(std::string_view text, v1::TimeWindow* proto) {
  const absl::StatusOr<TimeWindow> window = ParseTimeWindow(text);
  if (!window.ok()) return;
  proto->set_start(TimeOfDay(window->start));
  proto->set_end(TimeOfDay(window->end));
  proto->set_time_zone(window->time_zone);
  for (int day = 0; window->days != kAllDays && day < kDaysOfWeek; ++day) {
    if ((window->days >> day & 1U) != 0) {
      proto->add_days(static_cast<v1::DayOfWeek>(v1::DAY_OF_WEEK_MONDAY + day));
    }
  }
}

}  // namespace furnace::scheduler::rpc

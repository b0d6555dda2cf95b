#include "services/scheduler/domain/time_window.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "libs/common/base/status.h"
#include "services/scheduler/domain/time_zone.h"

namespace furnace::scheduler {
namespace {

constexpr int kMinutesOfDay = 24 * 60;
constexpr int kDaysOfWeek = 7;
constexpr unsigned kAllDays = 0x7f;
// A window of one day a week, whose day a date line or whose hour a change of the clocks
// swallows, opens after two weeks.
constexpr int kDaysToSearch = 21;

std::optional<int> Minutes(std::string_view text) {
  constexpr std::array<std::size_t, 4> kDigits = {0, 1, 3, 4};
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const std::size_t i : kDigits) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
  }
  const int hours = (text[0] - '0') * 10 + (text[1] - '0');
  const int minutes = (text[3] - '0') * 10 + (text[4] - '0');
  const int all = hours * 60 + minutes;
  if (minutes > 59 || all > kMinutesOfDay) return std::nullopt;
  return all;
}

int WeekdayOf(absl::CivilDay day) { return static_cast<int>(absl::GetWeekday(day)); }

bool Has(unsigned days, int weekday) { return (days >> weekday & 1U) != 0; }

}  // namespace

absl::StatusOr<TimeWindow> MakeTimeWindow(std::string_view start, std::string_view end,
                                          std::string_view time_zone, unsigned days) {
  const std::optional<int> first = Minutes(start);
  const std::optional<int> last = Minutes(end);
  if (!first || *first == kMinutesOfDay) {
    return absl::InvalidArgumentError("start: not a time from 00:00 to 23:59");
  }
  if (!last) return absl::InvalidArgumentError("end: not a time from 00:00 to 24:00");
  if (*first == *last) return absl::InvalidArgumentError("end: the same as start");
  if ((days & kAllDays) == 0 || days > kAllDays) {
    return absl::InvalidArgumentError("days: not days of the week");
  }
  if (*first == 0 && *last == kMinutesOfDay && days == kAllDays) {
    return absl::InvalidArgumentError("end: the window is always open");
  }
  const absl::StatusOr<absl::TimeZone> zone = FindTimeZone(time_zone);
  if (!zone.ok()) return Annotate(zone.status(), "time_zone");
  return TimeWindow{.start = *first,
                    .end = *last,
                    .time_zone = time_zone.empty() ? "UTC" : std::string(time_zone),
                    .days = days};
}

std::string TimeOfDay(int minutes) {
  return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
}

std::string ToString(const TimeWindow& window) {
  std::string text =
      fmt::format("{}-{},{}", TimeOfDay(window.start), TimeOfDay(window.end), window.time_zone);
  if (window.days == kAllDays) return text;
  text += ',';
  for (int day = 0; day < kDaysOfWeek; ++day) text += Has(window.days, day) ? '1' : '0';
  return text;
}

absl::StatusOr<TimeWindow> ParseTimeWindow(std::string_view text) {
  std::vector<std::string> parts = absl::StrSplit(ToAbsl(text), ',');
  if (parts.size() == 2) parts.emplace_back(kDaysOfWeek, '1');
  if (parts.size() != 3 || parts[0].size() != 11 || parts[0][5] != '-' ||
      parts[2].size() != kDaysOfWeek) {
    return Error(absl::StatusCode::kInvalidArgument, "'{}' is no time window", text);
  }
  unsigned days = 0;
  for (int day = 0; day < kDaysOfWeek; ++day) {
    days |= parts[2][static_cast<std::size_t>(day)] == '1' ? 1U << day : 0U;
  }
  const std::string_view times = parts[0];
  return MakeTimeWindow(times.substr(0, 5), times.substr(6), parts[1], days);
}

absl::StatusOr<OpeningHours> OpeningHours::Of(const TimeWindow& window) {
  FURNACE_ASSIGN_OR_RETURN(const absl::TimeZone zone, FindTimeZone(window.time_zone));
  return OpeningHours(window, zone);
}

bool OpeningHours::IsOpen(absl::Time time) const {
  const absl::CivilSecond local = zone_.At(time).cs;
  const absl::CivilDay today(local);
  const int minute = local.hour() * 60 + local.minute();
  const bool opens_today = Has(window_.days, WeekdayOf(today));
  if (window_.start < window_.end) {
    return opens_today && minute >= window_.start && minute < window_.end;
  }
  const bool opened_yesterday = Has(window_.days, WeekdayOf(today - 1));
  return (opens_today && minute >= window_.start) || (opened_yesterday && minute < window_.end);
}

absl::Time OpeningHours::NextOpening(absl::Time time) const { return Next(time, true); }

absl::Time OpeningHours::NextClosing(absl::Time time) const { return Next(time, false); }

// It can only change at its two times of day, as often as they come, and where the
// clocks change next.
std::vector<absl::Time> OpeningHours::MomentsOf(absl::CivilDay day) const {
  std::vector<absl::Time> moments;
  const auto add = [&](absl::CivilSecond local) {
    const absl::TimeZone::TimeInfo info = zone_.At(local);
    moments.insert(moments.end(), {info.pre, info.trans, info.post});
  };
  add(absl::CivilSecond(day) + 60 * window_.start);
  add(absl::CivilSecond(day) + 60 * window_.end);
  absl::TimeZone::CivilTransition change;
  if (zone_.NextTransition(absl::FromCivil(day, zone_), &change)) add(change.to);
  return moments;
}

absl::Time OpeningHours::Next(absl::Time time, bool open) const {
  if (IsOpen(time) == open) return time;
  absl::Time earliest = absl::InfiniteFuture();
  const absl::CivilDay today(zone_.At(time).cs);
  for (int i = 0; i < kDaysToSearch && earliest > absl::FromCivil(today + i, zone_); ++i) {
    for (const absl::Time moment : MomentsOf(today + i)) {
      if (moment > time && moment < earliest && IsOpen(moment) == open) earliest = moment;
    }
  }
  return earliest;
}

absl::Time OpeningHours::OpenSince(absl::Time time) const {
  absl::Time latest = absl::InfinitePast();
  const absl::CivilDay tomorrow = absl::CivilDay(zone_.At(time).cs) + 1;
  for (int i = 0; i < kDaysToSearch && latest == absl::InfinitePast(); ++i) {
    for (const absl::Time moment : MomentsOf(tomorrow - i)) {
      const bool opens = IsOpen(moment) && !IsOpen(moment - absl::Nanoseconds(1));
      if (opens && moment <= time && moment > latest) latest = moment;
    }
  }
  return latest;
}

}  // namespace furnace::scheduler

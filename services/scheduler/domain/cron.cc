#include "services/scheduler/domain/cron.h"

#include <algorithm>
#include <deque>

namespace furnace::scheduler {
namespace {

constexpr std::uint64_t kEveryHour = (std::uint64_t{1} << 24) - 1;
// A 29 February that has to be a Sunday may be 40 years away, across 2100.
constexpr int kMaxYears = 41;
// In which a local time may come again: clocks are put back by an hour at most, dates
// by none any more.
constexpr int kMinutesToScan = 3 * 60;
// Where a search for the latest times begins.
constexpr absl::Duration kFirstLook = absl::Hours(1);

bool Has(std::uint64_t field, std::int64_t value) { return (field >> value & 1) != 0; }

bool MatchesDay(const Cron& cron, absl::CivilDay day) {
  if (!Has(cron.months, day.month())) return false;
  const int weekday = (static_cast<int>(absl::GetWeekday(day)) + 1) % 7;  // Abseil: Monday is 0.
  const bool in_month = Has(cron.days, day.day());
  const bool in_week = Has(cron.weekdays, weekday);
  return cron.either_day ? in_month || in_week : in_month && in_week;
}

// The first minute from `from` on that the expression names.
std::optional<absl::CivilMinute> NextMinute(const Cron& cron, absl::CivilMinute from) {
  const absl::CivilYear last = absl::CivilYear(from) + kMaxYears;
  while (absl::CivilYear(from) <= last) {
    if (!Has(cron.months, from.month())) {
      from = absl::CivilMinute(absl::CivilMonth(from) + 1);
    } else if (!MatchesDay(cron, absl::CivilDay(from))) {
      from = absl::CivilMinute(absl::CivilDay(from) + 1);
    } else if (!Has(cron.hours, from.hour())) {
      from = absl::CivilMinute(absl::CivilHour(from) + 1);
    } else if (!Has(cron.minutes, from.minute())) {
      ++from;
    } else {
      return from;
    }
  }
  return std::nullopt;
}

// For one that names certain hours.
std::optional<absl::Time> NextOfTheDay(const Cron& cron, absl::Time after, absl::TimeZone zone) {
  std::optional<absl::CivilMinute> next =
      NextMinute(cron, absl::CivilMinute(zone.At(after).cs) + 1);
  for (; next; next = NextMinute(cron, *next + 1)) {
    const absl::TimeZone::TimeInfo info = zone.At(absl::CivilSecond(*next));
    const bool skipped = info.kind == absl::TimeZone::TimeInfo::SKIPPED;
    const absl::Time time = skipped ? info.trans : info.pre;
    if (time > after) return time;
  }
  return std::nullopt;
}

// For one of every hour: minute by minute as far as the clocks may be put back, which
// a search by local time would not notice.
std::optional<absl::Time> NextOfRhythm(const Cron& cron, absl::Time after, absl::TimeZone zone) {
  const absl::TimeZone::CivilInfo local = zone.At(after);
  absl::Time time = after - local.subsecond + absl::Seconds(60 - local.cs.second());
  for (int i = 0; i < kMinutesToScan; ++i, time += absl::Minutes(1)) {
    if (Matches(cron, absl::CivilMinute(zone.At(time).cs))) return time;
  }
  std::optional<absl::CivilMinute> next = NextMinute(cron, absl::CivilMinute(zone.At(time).cs));
  for (; next; next = NextMinute(cron, *next + 1)) {
    const absl::TimeZone::TimeInfo info = zone.At(absl::CivilSecond(*next));
    if (info.kind != absl::TimeZone::TimeInfo::SKIPPED && info.pre > after) return info.pre;
  }
  return std::nullopt;
}

}  // namespace

bool Matches(const Cron& cron, absl::CivilMinute minute) {
  return MatchesDay(cron, absl::CivilDay(minute)) && Has(cron.hours, minute.hour()) &&
         Has(cron.minutes, minute.minute());
}

bool EverFires(const Cron& cron) {
  return NextMinute(cron, absl::CivilMinute(2000, 1, 1)).has_value();
}

std::optional<absl::Time> NextAfter(const Cron& cron, absl::Time after, absl::TimeZone zone) {
  return cron.hours == kEveryHour ? NextOfRhythm(cron, after, zone)
                                  : NextOfTheDay(cron, after, zone);
}

std::vector<absl::Time> NextTimes(const Cron& cron, absl::Time after, absl::TimeZone zone,
                                  int count) {
  std::vector<absl::Time> times;
  for (std::optional<absl::Time> next = NextAfter(cron, after, zone);
       next && static_cast<int>(times.size()) < count; next = NextAfter(cron, *next, zone)) {
    times.push_back(*next);
  }
  return times;
}

std::vector<absl::Time> LatestTimes(const Cron& cron, absl::Time from, absl::Time until,
                                    absl::TimeZone zone, int limit) {
  // Looks back ever farther, not to count through all of a long time.
  for (absl::Duration back = kFirstLook;; back *= 2) {
    const absl::Time begin = std::max(from, until - back);
    std::deque<absl::Time> latest;
    std::optional<absl::Time> next = NextAfter(cron, begin - absl::Nanoseconds(1), zone);
    for (; next && *next <= until; next = NextAfter(cron, *next, zone)) {
      latest.push_back(*next);
      if (static_cast<int>(latest.size()) > limit) latest.pop_front();
    }
    if (begin <= from || static_cast<int>(latest.size()) == limit) {
      return {latest.begin(), latest.end()};
    }
  }
}

}  // namespace furnace::scheduler

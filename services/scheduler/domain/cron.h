#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace furnace::scheduler {

/// Which minutes a cron expression names: bit n of a field stands for its value n.
struct Cron {
  std::uint64_t minutes = 0;   // 0-59
  std::uint64_t hours = 0;     // 0-23
  std::uint64_t days = 0;      // 1-31
  std::uint64_t months = 0;    // 1-12
  std::uint64_t weekdays = 0;  // 0-6, Sunday is 0
  /// Neither field of days begins with '*': a day that one of them names will do;
  /// otherwise both must.
  bool either_day = false;

  friend bool operator==(const Cron&, const Cron&) = default;
};

/// Whether the expression names this minute.
bool Matches(const Cron& cron, absl::CivilMinute minute);

/// Whether the expression ever names a day: not so for 31 February.
bool EverFires(const Cron& cron);

/// The first time after `after` at which the expression fires in `zone`; nullopt when
/// it never does.
///
/// Where the clocks change, it does what was meant. One that names certain hours fires
/// once a day: a time that is skipped fires at the first moment after the gap, and of
/// one that comes twice only the first fires. One of every hour is a rhythm: it fires
/// at each minute that it names, skipped ones not, repeated ones twice.
std::optional<absl::Time> NextAfter(const Cron& cron, absl::Time after, absl::TimeZone zone);

/// The next `count` of them.
std::vector<absl::Time> NextTimes(const Cron& cron, absl::Time after, absl::TimeZone zone,
                                  int count);

/// The latest `limit` times from `from` up to and with `until`, oldest first.
std::vector<absl::Time> LatestTimes(const Cron& cron, absl::Time from, absl::Time until,
                                    absl::TimeZone zone, int limit);

}  // namespace furnace::scheduler

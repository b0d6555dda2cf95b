#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace furnace::scheduler {

/// When in a week something may happen: from a local time to another, on some days. One
/// that passes midnight belongs to the day on which it opens.
struct TimeWindow {
  int start = 0;          // Minutes since midnight, 0-1439.
  int end = 0;            // 1-1440, or less than `start`: of the next day.
  std::string time_zone;  // See FindTimeZone.
  unsigned days = 0x7f;   // Bit n: day n of the week, Monday is 0.

  friend bool operator==(const TimeWindow&, const TimeWindow&) = default;
};

/// The window of "HH:MM", "HH:MM" (24:00 is the end of the day), a time zone and bits
/// of days. INVALID_ARGUMENT, "start: ..." and such, for what is none; also for one that
/// is always open or never.
absl::StatusOr<TimeWindow> MakeTimeWindow(std::string_view start, std::string_view end,
                                          std::string_view time_zone, unsigned days);

/// "22:00-06:00,Europe/Berlin,1111100", the days from Monday on; without them, when it is
/// every day: it is short, for it is stored with every job.
std::string ToString(const TimeWindow& window);

/// What ToString has made. INVALID_ARGUMENT for anything else.
absl::StatusOr<TimeWindow> ParseTimeWindow(std::string_view text);

/// "HH:MM" of minutes since midnight.
std::string TimeOfDay(int minutes);

/// A window with its time zone at hand.
class OpeningHours {
 public:
  /// INVALID_ARGUMENT when this machine does not know the time zone.
  static absl::StatusOr<OpeningHours> Of(const TimeWindow& window);

  bool IsOpen(absl::Time time) const;
  /// The first moment from `time` on at which it is open; InfiniteFuture when it is not
  /// within three weeks.
  absl::Time NextOpening(absl::Time time) const;
  /// The first moment from `time` on at which it is closed; InfiniteFuture as above.
  absl::Time NextClosing(absl::Time time) const;
  /// When it opened, if it is open at `time`; InfinitePast when that is three weeks ago.
  absl::Time OpenSince(absl::Time time) const;

 private:
  OpeningHours(const TimeWindow& window, absl::TimeZone zone) : window_(window), zone_(zone) {}

  /// The first moment from `time` on at which IsOpen is `open`.
  absl::Time Next(absl::Time time, bool open) const;
  /// The moments of a local day at which it may open or close.
  std::vector<absl::Time> MomentsOf(absl::CivilDay day) const;

  TimeWindow window_;
  absl::TimeZone zone_;
};

}  // namespace furnace::scheduler

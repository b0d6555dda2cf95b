#include "services/scheduler/domain/time_window.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace furnace::scheduler {
namespace {

constexpr char kFormat[] = "%Y-%m-%d %H:%M:%S %Ez";
constexpr unsigned kAllDays = 0x7f;
constexpr unsigned kWorkingDays = 0x1f;
constexpr unsigned kFridays = 0x10;
constexpr unsigned kSundays = 0x40;

absl::Time At(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(kFormat, text, &time, &error)) << text << ": " << error;
  return time;
}

OpeningHours Hours(const char* start, const char* end, const char* zone, unsigned days) {
  return OpeningHours::Of(MakeTimeWindow(start, end, zone, days).value()).value();
}

struct Case {
  const char* what;
  const char* start;
  const char* end;
  const char* zone;
  unsigned days;
  const char* now;
  bool open;
  const char* changes;  // When it is next the other way round.
};

TEST(OpeningHoursTest, KnowsWhenItIsOpenAndUntilWhen) {
  const std::vector<Case> cases = {
      {"before it opens", "09:00", "17:00", "UTC", kAllDays, "2026-11-20 08:59:59 +00:00", false,
       "2026-11-20 09:00:00 +00:00"},
      {"as it opens", "09:00", "17:00", "UTC", kAllDays, "2026-11-20 09:00:00 +00:00", true,
       "2026-11-20 17:00:00 +00:00"},
      {"as it closes", "09:00", "17:00", "UTC", kAllDays, "2026-11-20 17:00:00 +00:00", false,
       "2026-11-21 09:00:00 +00:00"},
      {"past midnight", "22:00", "06:00", "Europe/Berlin", kAllDays, "2026-11-20 05:59:00 +01:00",
       true, "2026-11-20 06:00:00 +01:00"},
      {"by day", "22:00", "06:00", "Europe/Berlin", kAllDays, "2026-11-20 12:00:00 +01:00", false,
       "2026-11-20 22:00:00 +01:00"},
      {"until midnight", "22:00", "00:00", "UTC", kAllDays, "2026-11-20 23:00:00 +00:00", true,
       "2026-11-21 00:00:00 +00:00"},
      {"over the weekend", "09:00", "17:00", "UTC", kWorkingDays, "2026-11-20 18:00:00 +00:00",
       false, "2026-11-23 09:00:00 +00:00"},
      {"Friday's night lasts to Saturday", "22:00", "06:00", "UTC", kWorkingDays,
       "2026-11-21 01:00:00 +00:00", true, "2026-11-21 06:00:00 +00:00"},
      {"Sunday's night is none", "22:00", "06:00", "UTC", kWorkingDays,
       "2026-11-23 01:00:00 +00:00", false, "2026-11-23 22:00:00 +00:00"},
      {"a whole Sunday", "00:00", "24:00", "UTC", kSundays, "2026-11-22 12:00:00 +00:00", true,
       "2026-11-23 00:00:00 +00:00"},
      {"a week until Sunday", "00:00", "24:00", "UTC", kSundays, "2026-11-23 00:00:00 +00:00",
       false, "2026-11-29 00:00:00 +00:00"},
      {"an opening that is skipped is after the gap", "02:30", "04:00", "Europe/Berlin", kAllDays,
       "2026-03-29 01:00:00 +01:00", false, "2026-03-29 03:00:00 +02:00"},
      {"a closing that is skipped is, too", "01:00", "02:30", "Europe/Berlin", kAllDays,
       "2026-03-29 01:30:00 +01:00", true, "2026-03-29 03:00:00 +02:00"},
      {"a window within the gap does not open", "02:10", "02:50", "Europe/Berlin", kSundays,
       "2026-03-29 00:00:00 +01:00", false, "2026-04-05 02:10:00 +02:00"},
      {"the hour that comes twice closes it between", "02:30", "03:30", "Europe/Berlin", kAllDays,
       "2026-10-25 02:45:00 +02:00", true, "2026-10-25 02:00:00 +01:00"},
      {"and opens it again", "02:30", "03:30", "Europe/Berlin", kAllDays,
       "2026-10-25 02:10:00 +01:00", false, "2026-10-25 02:30:00 +01:00"},
      {"a night of the change is longer", "22:00", "06:00", "Europe/Berlin", kAllDays,
       "2026-10-24 22:00:00 +02:00", true, "2026-10-25 06:00:00 +01:00"},
      {"New York", "09:00", "17:00", "America/New_York", kAllDays, "2026-03-08 00:00:00 -05:00",
       false, "2026-03-08 09:00:00 -04:00"},
      {"Lord Howe", "02:00", "02:30", "Australia/Lord_Howe", kAllDays, "2026-10-03 12:00:00 +10:30",
       false, "2026-10-05 02:00:00 +11:00"},
      {"a Friday that Apia left out", "09:00", "17:00", "Pacific/Apia", kFridays,
       "2011-12-29 12:00:00 -10:00", false, "2012-01-06 09:00:00 +14:00"},
      {"a leap day", "09:00", "17:00", "UTC", kAllDays, "2028-02-28 18:00:00 +00:00", false,
       "2028-02-29 09:00:00 +00:00"},
  };
  for (const Case& c : cases) {
    const OpeningHours hours = Hours(c.start, c.end, c.zone, c.days);
    const absl::Time now = At(c.now);
    EXPECT_EQ(hours.IsOpen(now), c.open) << c.what;
    EXPECT_EQ(c.open ? hours.NextClosing(now) : hours.NextOpening(now), At(c.changes)) << c.what;
    EXPECT_EQ(c.open ? hours.NextOpening(now) : hours.NextClosing(now), now) << c.what;
    // And it will know since when.
    if (!c.open) {
      EXPECT_EQ(hours.OpenSince(At(c.changes) + absl::Minutes(1)), At(c.changes)) << c.what;
    }
  }
}

TEST(OpeningHoursTest, BetweenTheChangesNothingChanges) {
  std::mt19937 random(20260102);
  const auto pick = [&random](int n) {
    return static_cast<int>(std::uniform_int_distribution<>(0, n - 1)(random));
  };
  const std::vector<std::string> zones = {"UTC", "Europe/Berlin", "America/New_York",
                                          "Australia/Lord_Howe"};
  for (int i = 0; i < 200; ++i) {
    const TimeWindow window{.start = pick(1440),
                            .end = 1 + pick(1440),
                            .time_zone = zones[static_cast<std::size_t>(pick(4))],
                            .days = 1U + static_cast<unsigned>(pick(127))};
    if (window.start == window.end) continue;
    const OpeningHours hours = OpeningHours::Of(window).value();
    const absl::Time now =
        At("2026-01-01 00:00:00 +00:00") + absl::Minutes(pick(2 * 365 * 24 * 60));
    const bool open = hours.IsOpen(now);
    const absl::Time change = open ? hours.NextClosing(now) : hours.NextOpening(now);
    EXPECT_NE(hours.IsOpen(change), open) << ToString(window);
    const absl::Time last = std::min(change, now + absl::Hours(24 * 30));
    for (absl::Time time = now; time < last; time += absl::Minutes(1)) {
      ASSERT_EQ(hours.IsOpen(time), open) << ToString(window) << " at " << time;
      if (open) {
        ASSERT_EQ(hours.OpenSince(time), hours.OpenSince(now)) << ToString(window);
      }
    }
  }
}

TEST(TimeWindowTest, ComesBackFromItsText) {
  const TimeWindow window = MakeTimeWindow("22:00", "06:05", "Europe/Berlin", kWorkingDays).value();
  EXPECT_EQ(ToString(window), "22:00-06:05,Europe/Berlin,1111100");
  EXPECT_EQ(ParseTimeWindow(ToString(window)).value(), window);
  EXPECT_EQ(ToString(MakeTimeWindow("00:00", "24:00", "", kSundays).value()),
            "00:00-24:00,UTC,0000001");
  const TimeWindow daily = MakeTimeWindow("22:00", "06:00", "Europe/Berlin", kAllDays).value();
  EXPECT_EQ(ToString(daily), "22:00-06:00,Europe/Berlin");
  EXPECT_EQ(ParseTimeWindow(ToString(daily)).value(), daily);
}

TEST(TimeWindowTest, BadOnesAreRefusedByField) {
  const struct {
    const char* start;
    const char* end;
    const char* zone;
    unsigned days;
    const char* message;
  } cases[] = {
      {"", "06:00", "UTC", kAllDays, "start: not a time from 00:00 to 23:59"},
      {"24:00", "06:00", "UTC", kAllDays, "start: not a time from 00:00 to 23:59"},
      {"9:00", "17:00", "UTC", kAllDays, "start: not a time from 00:00 to 23:59"},
      {"09-00", "17:00", "UTC", kAllDays, "start: not a time from 00:00 to 23:59"},
      {"09:60", "17:00", "UTC", kAllDays, "start: not a time from 00:00 to 23:59"},
      {"-1:00", "17:00", "UTC", kAllDays, "start: not a time from 00:00 to 23:59"},
      {"09:00", "24:01", "UTC", kAllDays, "end: not a time from 00:00 to 24:00"},
      {"09:00", "17:00:00", "UTC", kAllDays, "end: not a time from 00:00 to 24:00"},
      {"09:00", "09:00", "UTC", kAllDays, "end: the same as start"},
      {"00:00", "24:00", "UTC", kAllDays, "end: the window is always open"},
      {"09:00", "17:00", "Mars", kAllDays, "time_zone: 'Mars' is no IANA time zone"},
      {"09:00", "17:00", "UTC", 0, "days: not days of the week"},
      {"09:00", "17:00", "UTC", 0x80, "days: not days of the week"},
  };
  for (const auto& c : cases) {
    const auto window = MakeTimeWindow(c.start, c.end, c.zone, c.days);
    EXPECT_TRUE(absl::IsInvalidArgument(window.status())) << c.message;
    EXPECT_EQ(window.status().message(), c.message);
  }
  for (const char* text : {"", "22:00-06:00", "22:00-06:00,Mars", "22:00-06:00,UTC,111",
                           "22:00+06:00,UTC,1111111", "22:00-06:00,UTC,0000000"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseTimeWindow(text).status())) << text;
  }
}

}  // namespace
}  // namespace furnace::scheduler

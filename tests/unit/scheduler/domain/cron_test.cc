#include "services/scheduler/domain/cron.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "services/scheduler/domain/cron_parser.h"
#include "services/scheduler/domain/time_zone.h"

namespace furnace::scheduler {
namespace {

constexpr char kFormat[] = "%Y-%m-%d %H:%M:%S %Ez";

absl::Time At(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(kFormat, text, &time, &error)) << text << ": " << error;
  return time;
}

struct NextCase {
  const char* what;
  const char* cron;
  const char* zone;
  const char* after;
  std::vector<std::string> next;  // In the zone.
};

void Check(const std::vector<NextCase>& cases) {
  for (const NextCase& c : cases) {
    const absl::TimeZone zone = FindTimeZone(c.zone).value();
    std::vector<std::string> times;
    for (const absl::Time time :
         NextTimes(ParseCron(c.cron).value(), At(c.after), zone, static_cast<int>(c.next.size()))) {
      times.push_back(absl::FormatTime(kFormat, time, zone));
    }
    EXPECT_EQ(times, c.next) << c.what;
  }
}

TEST(NextAfterTest, IsTheNextMinuteNamed) {
  Check({
      {"the minute itself is over",
       "*/5 * * * *",
       "UTC",
       "2026-01-01 00:05:00 +00:00",
       {"2026-01-01 00:10:00 +00:00", "2026-01-01 00:15:00 +00:00"}},
      {"within the minute before",
       "*/5 * * * *",
       "UTC",
       "2026-01-01 00:04:59 +00:00",
       {"2026-01-01 00:05:00 +00:00"}},
      {"the last of the year",
       "59 23 31 12 *",
       "UTC",
       "2026-12-31 23:59:00 +00:00",
       {"2027-12-31 23:59:00 +00:00"}},
      {"working days",
       "0 9 * * mon-fri",
       "UTC",
       "2026-11-20 09:00:00 +00:00",  // A Friday.
       {"2026-11-23 09:00:00 +00:00", "2026-11-24 09:00:00 +00:00"}},
      {"the 13th, or a Friday",
       "0 0 13 * fri",
       "UTC",
       "2026-11-01 00:00:00 +00:00",
       {"2026-11-06 00:00:00 +00:00", "2026-11-13 00:00:00 +00:00", "2026-11-20 00:00:00 +00:00",
        "2026-11-27 00:00:00 +00:00", "2026-12-04 00:00:00 +00:00", "2026-12-11 00:00:00 +00:00",
        "2026-12-13 00:00:00 +00:00"}},
      {"an odd day that is a Friday",
       "0 0 */2 * fri",
       "UTC",
       "2026-11-01 00:00:00 +00:00",
       {"2026-11-13 00:00:00 +00:00", "2026-11-27 00:00:00 +00:00"}},
      {"a leap day",
       "0 0 29 2 *",
       "UTC",
       "2026-01-01 00:00:00 +00:00",
       {"2028-02-29 00:00:00 +00:00", "2032-02-29 00:00:00 +00:00"}},
      {"no leap day in 2100",
       "0 0 29 2 *",
       "UTC",
       "2096-03-01 00:00:00 +00:00",
       {"2104-02-29 00:00:00 +00:00"}},
      {"a Sunday's leap day across 2100",
       "0 0 29 2 */7",
       "UTC",
       "2088-03-01 00:00:00 +00:00",
       {"2128-02-29 00:00:00 +00:00"}},
      {"the 31st of months that have one",
       "0 12 31 * *",
       "UTC",
       "2026-01-31 12:00:00 +00:00",
       {"2026-03-31 12:00:00 +00:00", "2026-05-31 12:00:00 +00:00"}},
  });
}

TEST(NextAfterTest, ASkippedTimeFiresAfterTheGapAndOnlyOnce) {
  Check({
      {"Berlin, 2 to 3",
       "30 2 * * *",
       "Europe/Berlin",
       "2026-03-28 02:30:00 +01:00",
       {"2026-03-29 03:00:00 +02:00", "2026-03-30 02:30:00 +02:00"}},
      {"several skipped times",
       "*/10 2 * * *",
       "Europe/Berlin",
       "2026-03-28 23:00:00 +01:00",
       {"2026-03-29 03:00:00 +02:00", "2026-03-30 02:00:00 +02:00"}},
      {"New York, 2 to 3",
       "15 2 * * *",
       "America/New_York",
       "2026-03-07 12:00:00 -05:00",
       {"2026-03-08 03:00:00 -04:00", "2026-03-09 02:15:00 -04:00"}},
      {"Lord Howe, by half an hour",
       "15 2 * * *",
       "Australia/Lord_Howe",
       "2026-10-03 12:00:00 +10:30",
       {"2026-10-04 02:30:00 +11:00", "2026-10-05 02:15:00 +11:00"}},
      {"Apia, a whole day",
       "0 12 * * *",
       "Pacific/Apia",
       "2011-12-29 11:00:00 -10:00",
       {"2011-12-29 12:00:00 -10:00", "2011-12-31 00:00:00 +14:00", "2011-12-31 12:00:00 +14:00"}},
  });
}

TEST(NextAfterTest, OfATimeThatComesTwiceTheFirstFires) {
  Check({
      {"Berlin, 3 to 2",
       "30 2 * * *",
       "Europe/Berlin",
       "2026-10-24 12:00:00 +02:00",
       {"2026-10-25 02:30:00 +02:00", "2026-10-26 02:30:00 +01:00"}},
      {"asked in the second pass",
       "30 2 * * *",
       "Europe/Berlin",
       "2026-10-25 02:10:00 +01:00",
       {"2026-10-26 02:30:00 +01:00"}},
      {"New York",
       "30 1 * * *",
       "America/New_York",
       "2026-10-31 12:00:00 -04:00",
       {"2026-11-01 01:30:00 -04:00", "2026-11-02 01:30:00 -05:00"}},
      {"Lord Howe, by half an hour",
       "45 1 * * *",
       "Australia/Lord_Howe",
       "2026-04-04 12:00:00 +11:00",
       {"2026-04-05 01:45:00 +11:00", "2026-04-06 01:45:00 +10:30"}},
  });
}

TEST(NextAfterTest, OneOfEveryHourKeepsItsRhythm) {
  Check({
      {"Berlin, 3 to 2",
       "*/30 * * * *",
       "Europe/Berlin",
       "2026-10-25 01:40:00 +02:00",
       {"2026-10-25 02:00:00 +02:00", "2026-10-25 02:30:00 +02:00", "2026-10-25 02:00:00 +01:00",
        "2026-10-25 02:30:00 +01:00", "2026-10-25 03:00:00 +01:00"}},
      {"Berlin, 2 to 3",
       "30 * * * *",
       "Europe/Berlin",
       "2026-03-29 00:30:00 +01:00",
       {"2026-03-29 01:30:00 +01:00", "2026-03-29 03:30:00 +02:00"}},
      {"Lord Howe",
       "0 * * * *",
       "Australia/Lord_Howe",
       "2026-04-05 00:30:00 +11:00",
       {"2026-04-05 01:00:00 +11:00", "2026-04-05 02:00:00 +10:30"}},
      {"on some days only",
       "0 * 1 * *",
       "Europe/Berlin",
       "2026-01-01 23:00:00 +01:00",
       {"2026-02-01 00:00:00 +01:00"}},
  });
}

TEST(EverFiresTest, NotOnADayThatNoMonthHas) {
  Cron cron = ParseCron("0 0 30 * *").value();
  EXPECT_TRUE(EverFires(cron));
  cron.months = std::uint64_t{1} << 2;
  EXPECT_FALSE(EverFires(cron));
  EXPECT_EQ(NextAfter(cron, absl::UnixEpoch(), absl::UTCTimeZone()), std::nullopt);
}

TEST(LatestTimesTest, AreTheLatestOfTheSpanWithBothItsEnds) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  const Cron cron = ParseCron("*/10 * * * *").value();
  const absl::Time from = At("2026-01-01 00:00:00 +00:00");
  using Times = std::vector<absl::Time>;
  EXPECT_EQ(LatestTimes(cron, from, from, utc, 5), Times({from}));
  EXPECT_EQ(LatestTimes(cron, from, from + absl::Minutes(20), utc, 5),
            Times({from, from + absl::Minutes(10), from + absl::Minutes(20)}));
  EXPECT_EQ(
      LatestTimes(cron, from, from + absl::Hours(24 * 900) + absl::Minutes(9), utc, 2),
      Times({from + absl::Hours(24 * 900) - absl::Minutes(10), from + absl::Hours(24 * 900)}));
  EXPECT_EQ(LatestTimes(cron, from + absl::Minutes(1), from + absl::Minutes(9), utc, 5), Times());
}

// Random expressions from random times: what comes next is named, later, and nothing in
// between is named, but for what the clocks' changes did.
TEST(NextAfterTest, NothingBetweenIsNamed) {
  std::mt19937 random(20260101);
  const auto pick = [&random](int n) {
    return static_cast<int>(std::uniform_int_distribution<>(0, n - 1)(random));
  };
  const std::vector<std::string> minutes = {"*", "*/7", "0", "59", "1,30"};
  const std::vector<std::string> hours = {"*", "*/5", "2", "0,23", "1-3"};
  const std::vector<std::string> days = {"*", "1", "29-31", "*/9"};
  const std::vector<std::string> months = {"*", "2", "3,10", "*/5"};
  const std::vector<std::string> weekdays = {"*", "sun", "mon-wed", "*/3"};
  const std::vector<std::string> zones = {"UTC", "Europe/Berlin", "America/New_York",
                                          "Australia/Lord_Howe"};
  for (int i = 0; i < 300; ++i) {
    const std::string text = minutes[pick(5)] + " " + hours[pick(5)] + " " + days[pick(4)] + " " +
                             months[pick(4)] + " " + weekdays[pick(4)];
    const Cron cron = ParseCron(text).value();
    const std::string name = zones[pick(4)];
    const absl::TimeZone zone = FindTimeZone(name).value();
    const absl::Time after =
        At("2026-01-01 00:00:00 +00:00") + absl::Seconds(pick(3 * 365 * 24 * 3600));
    const std::optional<absl::Time> next = NextAfter(cron, after, zone);
    ASSERT_TRUE(next) << text;
    ASSERT_GT(*next, after) << text;
    const auto named = [&](absl::Time time) {
      return Matches(cron, absl::CivilMinute(zone.At(time).cs));
    };
    const absl::Time before_gap = *next - absl::Seconds(1);
    const bool after_gap = zone.At(before_gap).offset < zone.At(*next).offset;
    EXPECT_TRUE(named(*next) || after_gap) << text << " in " << name;
    absl::Time time = absl::FromUnixSeconds(absl::ToUnixSeconds(after) / 60 * 60 + 60);
    const absl::Time last = std::min(*next, after + absl::Hours(24 * 40));
    for (; time < last; time += absl::Minutes(1)) {
      const bool second_pass =
          zone.At(absl::CivilSecond(zone.At(time).cs)).kind == absl::TimeZone::TimeInfo::REPEATED;
      if (named(time) && !second_pass) FAIL() << text << " in " << name << " skipped " << time;
    }
  }
}

}  // namespace
}  // namespace furnace::scheduler

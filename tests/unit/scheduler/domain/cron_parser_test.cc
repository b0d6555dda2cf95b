#include "services/scheduler/domain/cron_parser.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <utility>

namespace furnace::scheduler {
namespace {

std::uint64_t Bits(std::initializer_list<int> values) {
  std::uint64_t bits = 0;
  for (const int value : values) bits |= std::uint64_t{1} << value;
  return bits;
}

std::uint64_t Span(int first, int last) {
  std::uint64_t bits = 0;
  for (int value = first; value <= last; ++value) bits |= std::uint64_t{1} << value;
  return bits;
}

TEST(ParseCronTest, ReadsTheFiveFields) {
  const Cron cron = ParseCron("5 6 7 8 *").value();
  EXPECT_EQ(cron.minutes, Bits({5}));
  EXPECT_EQ(cron.hours, Bits({6}));
  EXPECT_EQ(cron.days, Bits({7}));
  EXPECT_EQ(cron.months, Bits({8}));
  EXPECT_EQ(cron.weekdays, Span(0, 6));
  EXPECT_FALSE(cron.either_day);
}

TEST(ParseCronTest, ReadsListsRangesAndSteps) {
  const std::pair<const char*, std::uint64_t> cases[] = {
      {"*", Span(0, 59)},
      {"0", Bits({0})},
      {"59", Bits({59})},
      {"007", Bits({7})},
      {"1,2,2,40", Bits({1, 2, 40})},
      {"10-13", Bits({10, 11, 12, 13})},
      {"10-10", Bits({10})},
      {"*/20", Bits({0, 20, 40})},
      {"*/59", Bits({0, 59})},
      {"5-30/10", Bits({5, 15, 25})},
      {"58,*/30,3-4", Bits({0, 3, 4, 30, 58})},
  };
  for (const auto& [field, minutes] : cases) {
    const auto cron = ParseCron(std::string(field) + " * * * *");
    ASSERT_TRUE(cron.ok()) << field << ": " << cron.status();
    EXPECT_EQ(cron->minutes, minutes) << field;
  }
}

TEST(ParseCronTest, KnowsNamesInAnyCase) {
  EXPECT_EQ(ParseCron("0 0 * jan,DEC *")->months, Bits({1, 12}));
  EXPECT_EQ(ParseCron("0 0 * Mar-Jun *")->months, Span(3, 6));
  EXPECT_EQ(ParseCron("0 0 * * Mon-fri")->weekdays, Span(1, 5));
}

TEST(ParseCronTest, SundayIsZeroAndSevenAndEndsAWeek) {
  for (const char* sunday : {"0", "7", "sun", "0,7"}) {
    EXPECT_EQ(ParseCron("0 0 * * " + std::string(sunday))->weekdays, Bits({0})) << sunday;
  }
  EXPECT_EQ(ParseCron("0 0 * * 5-7")->weekdays, Bits({5, 6, 0}));
  EXPECT_EQ(ParseCron("0 0 * * fri-sun")->weekdays, Bits({5, 6, 0}));
  EXPECT_EQ(ParseCron("0 0 * * sun-tue")->weekdays, Bits({0, 1, 2}));
}

TEST(ParseCronTest, EitherFieldOfDaysWillDoUnlessOneBeginsWithAStar) {
  EXPECT_TRUE(ParseCron("0 0 13 * fri")->either_day);
  EXPECT_FALSE(ParseCron("0 0 * * fri")->either_day);
  EXPECT_FALSE(ParseCron("0 0 13 * *")->either_day);
  EXPECT_FALSE(ParseCron("0 0 */2 * fri")->either_day);
}

TEST(ParseCronTest, KnowsShortcuts) {
  const std::pair<const char*, const char*> cases[] = {
      {"@hourly", "0 * * * *"},  {"@daily", "0 0 * * *"},   {"@midnight", "0 0 * * *"},
      {"@weekly", "0 0 * * 0"},  {"@monthly", "0 0 1 * *"}, {"@yearly", "0 0 1 1 *"},
      {"@annually", "0 0 1 1 *"}};
  for (const auto& [shortcut, expression] : cases) {
    EXPECT_EQ(ParseCron(shortcut).value(), ParseCron(expression).value()) << shortcut;
  }
}

TEST(ParseCronTest, SpacesMayBeMany) {
  EXPECT_EQ(ParseCron("  1\t2   3 4 * ").value(), ParseCron("1 2 3 4 *").value());
}

TEST(ParseCronTest, SaysWhichFieldIsWrongAndWhy) {
  const std::pair<const char*, const char*> cases[] = {
      {"60 * * * *", "minute: 60 is not from 0 to 59"},
      {"* 24 * * *", "hour: 24 is not from 0 to 23"},
      {"* * 0 * *", "day of month: 0 is not from 1 to 31"},
      {"* * * 13 *", "month: 13 is not from 1 to 12"},
      {"* * * * 8", "day of week: 8 is not from 0 to 7"},
      {"-1 * * * *", "minute: '' is no value"},
      {"x * * * *", "minute: 'x' is no value"},
      {"+1 * * * *", "minute: '+1' is no value"},
      {"1.5 * * * *", "minute: '1.5' is no value"},
      {"99999999999999999999 * * * *", "minute: '99999999999999999999' is no value"},
      {"1, * * * *", "minute: '' is no value"},
      {"jan * * * *", "minute: 'jan' is no value"},
      {"* * * mon *", "month: 'mon' is no value"},
      {"* * * january *", "month: 'january' is no value"},
      {"30-10 * * * *", "minute: '30-10' ends before it begins"},
      {"1-2-3 * * * *", "minute: '2-3' is no value"},
      {"*-5 * * * *", "minute: '*' is no value"},
      {"*/0 * * * *", "minute: step '0' is not from 1 to 59"},
      {"*/-1 * * * *", "minute: step '-1' is not from 1 to 59"},
      {"*/ * * * *", "minute: step '' is not from 1 to 59"},
      {"*/60 * * * *", "minute: step '60' is not from 1 to 59"},
      {"*/2/3 * * * *", "minute: step '2/3' is not from 1 to 59"},
      {"5/15 * * * *", "minute: '5/15': a step needs a range, such as 5-59/15"},
      {"", "'' is neither five fields nor a shortcut such as @daily"},
      {"* * * *", "'* * * *' is neither five fields nor a shortcut such as @daily"},
      {"* * * * * *", "'* * * * * *' is neither five fields nor a shortcut such as @daily"},
      {"@reboot", "'@reboot' is neither five fields nor a shortcut such as @daily"},
      {"0 0 31 2 *", "'0 0 31 2 *' never fires"},
      {"0 0 31 4,6,9,11 *", "'0 0 31 4,6,9,11 *' never fires"},
  };
  for (const auto& [text, message] : cases) {
    const auto cron = ParseCron(text);
    EXPECT_TRUE(absl::IsInvalidArgument(cron.status())) << text;
    EXPECT_EQ(cron.status().message(), message) << text;
  }
  EXPECT_TRUE(absl::IsInvalidArgument(ParseCron(std::string(1'000'000, '*')).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ParseCron(std::string("0 0 * * \0", 9)).status()));
}

TEST(ParseCronTest, WhatFiresOnceIn28YearsIsTaken) {
  EXPECT_TRUE(ParseCron("0 0 29 2 *").ok());
  EXPECT_TRUE(ParseCron("0 0 29 2 */7").ok());  // And a Sunday.
  EXPECT_TRUE(ParseCron("0 0 31 2 mon").ok());  // Any Monday in February.
}

}  // namespace
}  // namespace furnace::scheduler

#include "services/scheduler/domain/schedule.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "libs/common/base/uuid.h"
#include "services/scheduler/domain/shard.h"

namespace furnace::scheduler {
namespace {

using Times = std::vector<absl::Time>;

// Noon of some day; schedules of these tests run every ten minutes.
const absl::Time kNoon = absl::FromCivil(absl::CivilHour(2026, 5, 4, 12), absl::UTCTimeZone());

Timetable EveryTenMinutes() { return ParseTimetable("*/10 * * * *", "UTC").value(); }

RunPlan Plan(MissedRuns policy, absl::Time due, absl::Time now) {
  return PlanRuns(EveryTenMinutes(), policy, due, now);
}

TEST(PlanRunsTest, WhatIsOnTimeRunsUnderEveryPolicy) {
  for (const MissedRuns policy : {MissedRuns::kRunOnce, MissedRuns::kSkip, MissedRuns::kRunAll}) {
    for (const absl::Duration late : {absl::ZeroDuration(), absl::Seconds(1), kOnTime}) {
      const RunPlan plan = Plan(policy, kNoon, kNoon + late);
      EXPECT_EQ(plan.runs, Times({kNoon}));
      EXPECT_FALSE(plan.left_out);
      EXPECT_EQ(plan.next, kNoon + absl::Minutes(10));
    }
  }
}

TEST(PlanRunsTest, WhatIsNotDueWaits) {
  const RunPlan plan = Plan(MissedRuns::kRunAll, kNoon, kNoon - absl::Seconds(1));
  EXPECT_EQ(plan.runs, Times());
  EXPECT_EQ(plan.next, kNoon);
}

TEST(PlanRunsTest, OfABacklogThePolicyDecidesWhatRuns) {
  const absl::Time now = kNoon + absl::Minutes(25);
  const RunPlan once = Plan(MissedRuns::kRunOnce, kNoon, now);
  EXPECT_EQ(once.runs, Times({kNoon + absl::Minutes(20)}));
  EXPECT_TRUE(once.left_out);
  const RunPlan skip = Plan(MissedRuns::kSkip, kNoon, now);
  EXPECT_EQ(skip.runs, Times());
  EXPECT_TRUE(skip.left_out);
  const RunPlan all = Plan(MissedRuns::kRunAll, kNoon, now);
  EXPECT_EQ(all.runs, Times({kNoon, kNoon + absl::Minutes(10), kNoon + absl::Minutes(20)}));
  EXPECT_FALSE(all.left_out);
  for (const RunPlan& plan : {once, skip, all}) EXPECT_EQ(plan.next, kNoon + absl::Minutes(30));
}

TEST(PlanRunsTest, OfABacklogTheRunThatIsOnTimeIsNotMissed) {
  const RunPlan plan = Plan(MissedRuns::kSkip, kNoon, kNoon + absl::Minutes(20));
  EXPECT_EQ(plan.runs, Times({kNoon + absl::Minutes(20)}));
  EXPECT_TRUE(plan.left_out);
}

TEST(PlanRunsTest, AClockThatLeapsAheadLeavesABoundedBacklog) {
  const absl::Time now = kNoon + absl::Hours(24 * 3650);
  const RunPlan plan = Plan(MissedRuns::kRunAll, kNoon, now);
  ASSERT_EQ(plan.runs.size(), static_cast<std::size_t>(kMaxBacklog));
  EXPECT_EQ(plan.runs.back(), now);
  EXPECT_EQ(plan.runs.front(), now - absl::Minutes(10 * (kMaxBacklog - 1)));
  EXPECT_TRUE(plan.left_out);
}

TEST(PlanRunsTest, AClockThatIsPutBackRunsNothingAgain) {
  const RunPlan plan = Plan(MissedRuns::kRunAll, kNoon, kNoon + absl::Seconds(1));
  const RunPlan again = Plan(MissedRuns::kRunAll, *plan.next, kNoon - absl::Hours(1));
  EXPECT_EQ(again.runs, Times());
  EXPECT_EQ(again.next, plan.next);
}

TEST(ParseTimetableTest, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(ParseTimetable("* * * *", "UTC").status().message().substr(0, 6), "cron: ");
  EXPECT_EQ(ParseTimetable("* * * * *", "Mars").status().message(),
            "time_zone: 'Mars' is no IANA time zone");
}

TEST(CheckScheduleNameTest, TakesShortLowerCaseNames) {
  for (const std::string& name :
       {std::string("a"), std::string("nightly-report-2"), std::string(63, 'a')}) {
    EXPECT_TRUE(CheckScheduleName(name).ok()) << name;
  }
  for (const std::string& name : {std::string(), std::string("2nd"), std::string("-a"),
                                  std::string("Nightly"), std::string("a b"), std::string("a\0", 2),
                                  std::string("gr\u00fcn"), std::string(64, 'a')}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckScheduleName(name))) << name;
  }
}

TEST(RunJobIdTest, IsOfTheScheduleTheTimeAndTheShard) {
  const std::string id = RunJobId("schedule-1", kNoon, 3);
  EXPECT_TRUE(IsUuid(id)) << id;
  EXPECT_EQ(id[14], '7');
  EXPECT_EQ(ShardOfJob(id), 3);
  EXPECT_EQ(RunJobId("schedule-1", kNoon, 3), id);
  EXPECT_NE(RunJobId("schedule-2", kNoon, 3), id);
  EXPECT_GT(RunJobId("schedule-1", kNoon + absl::Minutes(1), 3), id);
}

}  // namespace
}  // namespace furnace::scheduler

#include "services/scheduler/app/schedules.h"

#include "tests/support/scheduler/schedule_fixture.h"

namespace furnace::scheduler {
namespace {

using SchedulesTest = ScheduleFixture;

TEST_F(SchedulesTest, ANewScheduleRunsAtTheNextTimeNamed) {
  const Schedule schedule = Create(Draft());
  EXPECT_EQ(schedule.next_run_at, clock_.Now() + absl::Seconds(30));
  EXPECT_EQ(schedule.created_at, clock_.Now());
  EXPECT_EQ(schedule.revision, 1);
  EXPECT_EQ(Get(schedule), schedule);
}

TEST_F(SchedulesTest, BadInputIsRefusedAndNothingStored) {
  Schedule draft = Draft();
  draft.cron = "61 * * * *";
  EXPECT_EQ(schedules_.Create(draft).status().message(), "cron: minute: 61 is not from 0 to 59");
  draft = Draft();
  draft.time_zone = "Mars";
  EXPECT_TRUE(absl::IsInvalidArgument(schedules_.Create(draft).status()));
  draft = Draft("Bad Name");
  EXPECT_TRUE(absl::IsInvalidArgument(schedules_.Create(draft).status()));
  EXPECT_TRUE(
      schedules_.List({.endpoint_id = endpoint_.id, .project_id = endpoint_.project_id})->empty());
}

TEST_F(SchedulesTest, AnEndpointOfAnotherProjectIsNotThere) {
  Schedule draft = Draft();
  draft.project_id = NewId();
  EXPECT_TRUE(absl::IsNotFound(schedules_.Create(draft).status()));
  EXPECT_TRUE(absl::IsNotFound(
      schedules_.List({.endpoint_id = endpoint_.id, .project_id = NewId()}).status()));
}

TEST_F(SchedulesTest, AnUpdateOfTheTimesCountsFromNow) {
  Schedule draft = Create(Draft());
  draft.cron = "0 0 * * *";
  const Schedule updated = schedules_.Update(draft).value();
  EXPECT_EQ(updated.revision, 2);
  EXPECT_EQ(updated.next_run_at,
            NextAfter(ParseTimetable(draft.cron, "UTC")->cron, clock_.Now(), absl::UTCTimeZone()));
}

TEST_F(SchedulesTest, AnUpdateOfAnythingElseLeavesADueRunDue) {
  Schedule draft = Create(Draft());
  clock_.Advance(absl::Minutes(1));
  draft.input = "[2]";
  const absl::Time due = *draft.next_run_at;
  draft.next_run_at.reset();  // Is not for clients to say.
  const Schedule updated = schedules_.Update(draft).value();
  EXPECT_EQ(updated.next_run_at, due);
  EXPECT_EQ(updated.input, "[2]");
}

TEST_F(SchedulesTest, ABadUpdateChangesNothing) {
  const Schedule before = Create(Draft());
  Schedule draft = before;
  draft.input = "[2]";
  draft.cron = "nonsense";
  EXPECT_TRUE(absl::IsInvalidArgument(schedules_.Update(draft).status()));
  EXPECT_EQ(Get(before), before);
}

TEST_F(SchedulesTest, APausedScheduleHasNoNextRunUntilItIsResumed) {
  const Schedule schedule = Create(Draft());
  const Schedule paused = schedules_.Pause(schedule.id, schedule.project_id).value();
  EXPECT_TRUE(paused.paused);
  EXPECT_EQ(paused.next_run_at, std::nullopt);
  EXPECT_EQ(schedules_.Pause(schedule.id, schedule.project_id).value(), paused);
  Schedule draft = paused;
  draft.cron = "5 * * * *";
  EXPECT_EQ(schedules_.Update(draft)->next_run_at, std::nullopt);
  draft.cron = "*/10 * * * *";
  ASSERT_TRUE(schedules_.Update(draft).ok());
  clock_.Advance(absl::Hours(5));
  const Schedule resumed = schedules_.Resume(schedule.id, schedule.project_id).value();
  EXPECT_FALSE(resumed.paused);
  EXPECT_EQ(resumed.next_run_at, clock_.Now() + absl::Seconds(30));
}

TEST_F(SchedulesTest, OfADeletedEndpointItIsNotResumed) {
  const Schedule schedule = Create(Draft());
  ASSERT_TRUE(schedules_.Pause(schedule.id, schedule.project_id).ok());
  Endpoint gone = endpoint_;
  gone.deleted = true;
  ++gone.revision;
  source_.Put(gone);
  ASSERT_TRUE(catalog_.Refresh().ok());
  EXPECT_TRUE(absl::IsNotFound(schedules_.Resume(schedule.id, schedule.project_id).status()));
}

TEST_F(SchedulesTest, ADeletedScheduleIsReturnedAsItWas) {
  const Schedule schedule = Create(Draft());
  EXPECT_EQ(schedules_.Delete(schedule.id, schedule.project_id).value(), schedule);
  EXPECT_TRUE(absl::IsNotFound(schedules_.Delete(schedule.id, schedule.project_id).status()));
}

}  // namespace
}  // namespace furnace::scheduler

-- $1 schedule id, $2 project it must belong to
-- Returns the columns of ScheduleFromRow in schedule_store.cc.
SELECT
  @columns/schedule.sql@,
  input
FROM scheduler.furnace_schedules
WHERE id = $1 AND project_id = $2

-- $1 endpoint, $2 project, $3 ids above this one or NULL, $4 most rows
-- Returns the columns of ScheduleFromRow in schedule_store.cc, inputs left out, by rising
-- id.
SELECT
  @columns/schedule.sql@,
  ''
FROM scheduler.furnace_schedules
WHERE endpoint_id = $1 AND project_id = $2 AND ($3::uuid IS NULL OR id > $3::uuid)
ORDER BY id
LIMIT $4::int

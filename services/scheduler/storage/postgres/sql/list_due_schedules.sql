-- $1 now, $2 shards (int[]), $3 how many shards there are, $4 most rows
-- Returns the columns of ScheduleFromRow in schedule_store.cc, the longest due first.
SELECT
  @columns/schedule.sql@,
  input
FROM scheduler.furnace_schedules
WHERE next_run_at <= $1::timestamptz AND slot % $3::int = ANY($2::int[])
ORDER BY next_run_at
LIMIT $4::int

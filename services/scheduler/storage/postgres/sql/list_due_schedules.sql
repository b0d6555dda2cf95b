-- $1 now, $2 shards (int[]), $3 how many shards there are, $4 most rows
-- Returns the columns of ScheduleFromRow in schedule_store.cc, the longest due first.
SELECT
  id, endpoint_id, project_id, name, cron, time_zone, missed_runs, overlap, priority, ttl_us, timeout_us,
  concurrency_key, time_window, paused, revision,
  (extract(epoch FROM created_at) * 1000000)::bigint,
  (extract(epoch FROM updated_at) * 1000000)::bigint,
  (extract(epoch FROM next_run_at) * 1000000)::bigint,
  (extract(epoch FROM last_run_at) * 1000000)::bigint,
  last_job_id, last_error, input
FROM scheduler.furnace_schedules
WHERE next_run_at <= $1::timestamptz AND slot % $3::int = ANY($2::int[])
ORDER BY next_run_at
LIMIT $4::int

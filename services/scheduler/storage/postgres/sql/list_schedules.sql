-- $1 endpoint, $2 project, $3 ids above this one or NULL, $4 most rows
-- Returns the columns of ScheduleFromRow in schedule_store.cc, inputs left out, by rising
-- id.
SELECT
  id, endpoint_id, project_id, name, cron, time_zone, missed_runs, overlap, priority, ttl_us, timeout_us,
  concurrency_key, time_window, paused, revision,
  (extract(epoch FROM created_at) * 1000000)::bigint,
  (extract(epoch FROM updated_at) * 1000000)::bigint,
  (extract(epoch FROM next_run_at) * 1000000)::bigint,
  (extract(epoch FROM last_run_at) * 1000000)::bigint,
  last_job_id, last_error, ''
FROM scheduler.furnace_schedules
WHERE endpoint_id = $1 AND project_id = $2 AND ($3::uuid IS NULL OR id > $3::uuid)
ORDER BY id
LIMIT $4::int

-- As ScheduleFromRow in schedule_store.cc reads them.
  id, endpoint_id, project_id, name, cron, time_zone, missed_runs, overlap, priority, ttl_us, timeout_us,
  concurrency_key, time_window, webhook, attribution, paused, revision,
  (extract(epoch FROM created_at) * 1000000)::bigint,
  (extract(epoch FROM updated_at) * 1000000)::bigint,
  (extract(epoch FROM next_run_at) * 1000000)::bigint,
  (extract(epoch FROM last_run_at) * 1000000)::bigint,
  last_job_id, last_error

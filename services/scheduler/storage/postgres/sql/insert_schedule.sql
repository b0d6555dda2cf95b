-- $1 id, $2 endpoint, $3 project, $4 name, $5 slot, $6 cron, $7 time zone, $8 missed_runs,
-- $9 overlap, $10 input, $11 priority, $12 ttl_us or NULL, $13 timeout_us or NULL,
-- $14 concurrency_key, $15 time_window, $16 webhook, $17 attribution, $18 paused,
-- $19 revision, $20 created_at, $21 updated_at, $22 next_run_at or NULL
INSERT INTO scheduler.furnace_schedules (
  id, endpoint_id, project_id, name, slot, cron, time_zone, missed_runs, overlap, input, priority,
  ttl_us, timeout_us, concurrency_key, time_window, webhook, attribution, paused, revision,
  created_at, updated_at, next_run_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
  $21, $22)

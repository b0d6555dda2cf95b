-- $1 id, $2 project it must belong to, $3 revision it must have, $4 name, $5 cron,
-- $6 time zone, $7 missed_runs, $8 overlap, $9 input, $10 priority, $11 ttl_us or NULL,
-- $12 timeout_us or NULL, $13 concurrency_key, $14 time_window, $15 webhook,
-- $16 attribution, $17 paused, $18 updated_at, $19 whether next_run_at is replaced, $20 by what
UPDATE scheduler.furnace_schedules SET
  name = $4, cron = $5, time_zone = $6, missed_runs = $7, overlap = $8, input = $9, priority = $10,
  ttl_us = $11, timeout_us = $12, concurrency_key = $13, time_window = $14, webhook = $15,
  attribution = $16, paused = $17, updated_at = $18,
  next_run_at = CASE WHEN $19::boolean THEN $20::timestamptz ELSE next_run_at END,
  revision = revision + 1
WHERE id = $1 AND project_id = $2 AND revision = $3

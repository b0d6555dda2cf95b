-- $1 id, $2 revision it must have, $3 next_run_at it must have, $4 the next one or NULL,
-- $5 paused, $6 last_run_at or NULL, $7 last_job_id, $8 last_error
UPDATE scheduler.furnace_schedules SET
  next_run_at = $4, paused = $5, last_run_at = $6, last_job_id = $7, last_error = $8
WHERE id = $1 AND revision = $2 AND next_run_at = $3

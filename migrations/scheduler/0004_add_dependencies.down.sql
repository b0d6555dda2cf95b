DROP INDEX scheduler.furnace_jobs_unfinished;
CREATE INDEX furnace_jobs_unfinished ON scheduler.furnace_jobs (id) WHERE status BETWEEN 2 AND 4;
ALTER TABLE scheduler.furnace_jobs
  DROP COLUMN depends_on,
  DROP COLUMN on_parent_failure,
  DROP COLUMN refers_to_outputs;

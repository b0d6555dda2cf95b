DROP INDEX scheduler.furnace_jobs_dead;
ALTER TABLE scheduler.furnace_jobs
  DROP COLUMN backoff_ms,
  DROP COLUMN max_backoff_ms,
  DROP COLUMN no_retry,
  DROP COLUMN concurrency_key,
  DROP COLUMN not_before,
  DROP COLUMN expires_at;

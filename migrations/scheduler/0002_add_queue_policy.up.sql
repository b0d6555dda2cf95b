-- How a job is retried, held and ended; see QueuePolicy and RetryPolicy in proto/.
ALTER TABLE scheduler.furnace_jobs
  ADD COLUMN backoff_ms      bigint NOT NULL DEFAULT 0,
  ADD COLUMN max_backoff_ms  bigint NOT NULL DEFAULT 0,
  ADD COLUMN no_retry        int NOT NULL DEFAULT 0,
  ADD COLUMN concurrency_key text NOT NULL DEFAULT '',
  ADD COLUMN not_before      timestamptz,
  ADD COLUMN expires_at      timestamptz;

-- Dead letters of an endpoint, newest first.
CREATE INDEX furnace_jobs_dead ON scheduler.furnace_jobs (endpoint_id, id DESC) WHERE status = 6;

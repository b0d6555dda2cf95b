-- kept_until: when a job that has ended is forgotten: its end and what its endpoint's
-- result_retention_seconds were then. NULL: it has not ended.
-- s3_config: what a rebuild of the queue needs to hand to the handler. It holds credentials,
-- and is NULL once the job has ended.
ALTER TABLE scheduler.furnace_jobs
  ADD COLUMN kept_until timestamptz,
  ADD COLUMN s3_config  text,
  ADD CONSTRAINT s3_config_until_final CHECK (s3_config IS NULL OR status < 5);
UPDATE scheduler.furnace_jobs
  SET kept_until = greatest(completed_at + interval '7 days', now() + interval '1 day')
  WHERE completed_at IS NOT NULL;

CREATE INDEX furnace_jobs_kept ON scheduler.furnace_jobs (kept_until) WHERE kept_until IS NOT NULL;
-- Unfinished jobs by those that they depend on, which are kept for them.
CREATE INDEX furnace_jobs_parents ON scheduler.furnace_jobs USING gin (depends_on)
  WHERE status BETWEEN 1 AND 4 AND depends_on <> '{}';

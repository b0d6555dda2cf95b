-- Which jobs a job depends on, and what becomes of it when one fails (the numbers of
-- furnace.v1.ParentFailurePolicy).
ALTER TABLE scheduler.furnace_jobs
  ADD COLUMN depends_on        uuid[] NOT NULL DEFAULT '{}',
  ADD COLUMN on_parent_failure smallint NOT NULL DEFAULT 1 CHECK (on_parent_failure BETWEEN 1 AND 3),
  ADD COLUMN refers_to_outputs boolean NOT NULL DEFAULT false;

-- A rebuild of the queue takes WAITING jobs, too.
DROP INDEX scheduler.furnace_jobs_unfinished;
CREATE INDEX furnace_jobs_unfinished ON scheduler.furnace_jobs (id) WHERE status BETWEEN 1 AND 4;

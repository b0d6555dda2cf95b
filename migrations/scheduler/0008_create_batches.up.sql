-- What was submitted in one call. How its jobs get on is read off the jobs, so that it
-- is true whatever was killed when.
CREATE TABLE scheduler.furnace_batches (
  id          uuid PRIMARY KEY,
  project_id  uuid NOT NULL,
  endpoint_id uuid NOT NULL,
  name        text NOT NULL,
  one_worker  boolean NOT NULL,
  job_ids     uuid[] NOT NULL CHECK (cardinality(job_ids) > 0),
  created_at  timestamptz NOT NULL
);

-- Lists are by project, newest first; UUIDv7 sorts by age.
CREATE INDEX furnace_batches_by_project ON scheduler.furnace_batches (project_id, id DESC);
CREATE INDEX furnace_batches_by_age ON scheduler.furnace_batches (created_at);

ALTER TABLE scheduler.furnace_jobs ADD COLUMN batch_id uuid;
CREATE INDEX furnace_jobs_by_batch ON scheduler.furnace_jobs (batch_id, id DESC) WHERE batch_id IS NOT NULL;

-- Batches with their jobs counted by state. A job that is not in history yet waits.
CREATE VIEW scheduler.furnace_batch_states AS
SELECT batch.*, counted.*, cardinality(batch.job_ids) AS total
FROM scheduler.furnace_batches AS batch
CROSS JOIN LATERAL (
  SELECT
    count(*) FILTER (WHERE status = 4) AS in_progress,
    count(*) FILTER (WHERE status = 5) AS completed,
    count(*) FILTER (WHERE status = 6) AS failed,
    count(*) FILTER (WHERE status = 7) AS timed_out,
    count(*) FILTER (WHERE status = 8) AS cancelled,
    count(*) FILTER (WHERE status >= 5) AS ended,
    min(first_started_at) AS started_at,
    max(completed_at) AS ended_at,
    coalesce(sum(gpu_time_us), 0)::bigint AS gpu_time_us,
    coalesce(sum(version), 0)::bigint AS version
  FROM scheduler.furnace_jobs
  WHERE batch_id = batch.id
) AS counted;

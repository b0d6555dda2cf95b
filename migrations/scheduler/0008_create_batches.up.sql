-- What was submitted in one call. How its jobs get on is read off the jobs, so that it
-- is true whatever was killed when.
CREATE TABLE scheduler.furnace_batches (
  id          uuid PRIMARY KEY,
  project_id  uuid NOT NULL,
  endpoint_id uuid NOT NULL,
  name        text NOT NULL,
  one_worker  boolean NOT NULL,
  job_ids     uuid[] NOT NULL CHECK (cardinality(job_ids) > 0),
  created_at  timestamptz NOT NULL,
  webhook_url text NOT NULL
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

-- Messages to clients: what is to be sent, and what came of it.
CREATE TABLE scheduler.furnace_webhooks (
  id         text PRIMARY KEY,
  project_id uuid NOT NULL,
  kind       text NOT NULL,
  subject    uuid NOT NULL,
  url        text NOT NULL,
  body       text NOT NULL,
  status     smallint NOT NULL DEFAULT 1 CHECK (status BETWEEN 1 AND 3),
  attempts   int NOT NULL DEFAULT 0,
  last_error text NOT NULL DEFAULT '',
  next_at    timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  ended_at   timestamptz,
  CONSTRAINT ended_iff_not_pending CHECK ((status <> 1) = (ended_at IS NOT NULL))
);

CREATE INDEX furnace_webhooks_due ON scheduler.furnace_webhooks (next_at) WHERE status = 1;
CREATE INDEX furnace_webhooks_by_subject ON scheduler.furnace_webhooks (subject, created_at DESC);

CREATE SCHEMA scheduler;

-- Every job ever acknowledged, as last relayed from the queue. Payloads are text and
-- not jsonb: what a client sends or a handler returns comes back byte for byte.
CREATE TABLE scheduler.furnace_jobs (
  id            uuid PRIMARY KEY,
  endpoint_id   uuid NOT NULL,
  project_id    uuid NOT NULL,
  status        smallint NOT NULL CHECK (status BETWEEN 1 AND 8),
  input         text,
  output        text,
  input_stored  boolean NOT NULL DEFAULT false,
  output_stored boolean NOT NULL DEFAULT false,
  error         text NOT NULL DEFAULT '',
  cause         smallint NOT NULL DEFAULT 0 CHECK (cause BETWEEN 0 AND 5),
  priority      smallint NOT NULL DEFAULT 0 CHECK (priority BETWEEN -10 AND 10),
  affinity      text NOT NULL DEFAULT '*',
  timeout_us    bigint NOT NULL,
  max_retries   int NOT NULL,
  attempt       int NOT NULL CHECK (attempt >= 0),
  retry_count   int NOT NULL,
  loss_count    int NOT NULL,
  worker_id     text NOT NULL DEFAULT '',
  gpu_type      text NOT NULL DEFAULT '',
  gpu_count     int NOT NULL DEFAULT 0,
  cold_start_us bigint NOT NULL DEFAULT 0,
  queued_at     timestamptz NOT NULL,
  first_started_at timestamptz,
  started_at    timestamptz,
  completed_at  timestamptz,
  gpu_time_us   bigint NOT NULL DEFAULT 0 CHECK (gpu_time_us >= 0),
  progress      text NOT NULL DEFAULT '',
  chunks        text[] NOT NULL DEFAULT '{}',
  chunk_count   bigint NOT NULL DEFAULT 0,
  version       bigint NOT NULL CHECK (version > 0),
  CONSTRAINT completed_iff_final CHECK ((status >= 5) = (completed_at IS NOT NULL))
);

-- Lists are by project, newest first; UUIDv7 sorts by age.
CREATE INDEX furnace_jobs_by_project ON scheduler.furnace_jobs (project_id, id DESC);
CREATE INDEX furnace_jobs_by_endpoint ON scheduler.furnace_jobs (endpoint_id, id DESC);

-- Payloads too large for the queue: inputs under epoch 0, outputs under the epoch of
-- the attempt that made them, so that a stale attempt cannot overwrite a result.
CREATE TABLE scheduler.furnace_payloads (
  job_id     uuid NOT NULL,
  epoch      int NOT NULL CHECK (epoch >= 0),
  body       text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (job_id, epoch)
);

-- Attempts that ended without a result. One that has a result, or was cancelled, is its
-- job's last, and the job's row tells about it.
CREATE TABLE scheduler.furnace_attempts (
  job_id      uuid NOT NULL,
  attempt     int NOT NULL CHECK (attempt > 0),
  worker_id   text NOT NULL,
  gpu_type    text NOT NULL,
  started_at  timestamptz NOT NULL,
  ended_at    timestamptz NOT NULL,
  cause       smallint NOT NULL CHECK (cause BETWEEN 1 AND 5),
  error       text NOT NULL,
  gpu_time_us bigint NOT NULL CHECK (gpu_time_us >= 0),
  PRIMARY KEY (job_id, attempt)
);

-- Schedules submit jobs at the times that a cron expression names; see ScheduleSpec in
-- proto/.
CREATE TABLE scheduler.furnace_schedules (
  id              uuid PRIMARY KEY,
  endpoint_id     uuid NOT NULL,
  project_id      uuid NOT NULL,
  name            text NOT NULL,
  -- CRC-16 of the endpoint: its queue shard, modulo how many there are.
  slot            int NOT NULL CHECK (slot BETWEEN 0 AND 65535),
  cron            text NOT NULL,
  time_zone       text NOT NULL,
  missed_runs     smallint NOT NULL CHECK (missed_runs BETWEEN 1 AND 3),
  overlap         smallint NOT NULL CHECK (overlap BETWEEN 1 AND 2),
  input           text NOT NULL,
  priority        smallint NOT NULL CHECK (priority BETWEEN -10 AND 10),
  ttl_us          bigint,
  timeout_us      bigint,
  concurrency_key text NOT NULL,
  paused          boolean NOT NULL,
  revision        bigint NOT NULL CHECK (revision > 0),
  created_at      timestamptz NOT NULL,
  updated_at      timestamptz NOT NULL,
  next_run_at     timestamptz,
  last_run_at     timestamptz,
  last_job_id     text NOT NULL DEFAULT '',
  last_error      text NOT NULL DEFAULT '',
  CONSTRAINT paused_is_never_due CHECK (NOT paused OR next_run_at IS NULL),
  UNIQUE (endpoint_id, name)
);

-- Lists are by endpoint, oldest first; UUIDv7 sorts by age.
CREATE INDEX furnace_schedules_by_endpoint ON scheduler.furnace_schedules (endpoint_id, id);
-- What is due.
CREATE INDEX furnace_schedules_due ON scheduler.furnace_schedules (next_run_at)
  WHERE next_run_at IS NOT NULL;

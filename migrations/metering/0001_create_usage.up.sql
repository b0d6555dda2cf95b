-- Usage as it was reported, cut at UTC hours, and summed by hour. Times are
-- microseconds since the Unix epoch, money is atto-dollars (1e-18 USD) unless its
-- name says nanos (1e-9 USD): integers all.
CREATE SCHEMA metering;

CREATE FUNCTION metering.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%.% is append-only', TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TYPE metering.cause AS ENUM
  ('none', 'handler_error', 'handler_exited', 'timeout', 'worker_lost', 'platform');

-- One ended attempt of a job. The primary key is what makes its usage count once.
CREATE TABLE metering.usage_records (
  job_id           uuid NOT NULL,
  epoch            int NOT NULL CHECK (epoch >= 1),
  project_id       uuid NOT NULL,
  endpoint_id      uuid NOT NULL,
  worker_id        text NOT NULL,
  gpu_type         text NOT NULL CHECK (gpu_type <> ''),
  milli_gpus       int NOT NULL CHECK (milli_gpus BETWEEN 1 AND 16000),
  start_us         bigint NOT NULL CHECK (start_us >= 1577836800000000),
  end_us           bigint NOT NULL,
  cause            metering.cause NOT NULL,
  cold_start_us    bigint NOT NULL CHECK (cold_start_us >= 0),
  credited         boolean NOT NULL GENERATED ALWAYS AS (cause IN ('worker_lost', 'platform')) STORED,
  -- Price of the invocation charged; NULL when none is, or it had no price.
  invocation_nanos bigint CHECK (invocation_nanos >= 0),
  recorded_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (job_id, epoch),
  CONSTRAINT lease_of_at_most_8_days CHECK (end_us - start_us BETWEEN 0 AND 691200000000),
  CONSTRAINT credited_is_no_invocation
    CHECK (invocation_nanos IS NULL OR cause NOT IN ('worker_lost', 'platform'))
);
CREATE INDEX usage_records_by_end ON metering.usage_records (project_id, end_us);

-- The pieces of leases, at most one an hour, so that they cannot overlap.
CREATE TABLE metering.usage_segments (
  job_id      uuid NOT NULL,
  epoch       int NOT NULL,
  hour_us     bigint NOT NULL GENERATED ALWAYS AS (start_us - start_us % 3600000000) STORED,
  start_us    bigint NOT NULL,
  end_us      bigint NOT NULL,
  project_id  uuid NOT NULL,
  endpoint_id uuid NOT NULL,
  gpu_type    text NOT NULL,
  milli_gpus  int NOT NULL,
  credited    boolean NOT NULL,
  -- A GPU-second; NULL when the GPU type had no price.
  price_nanos bigint CHECK (price_nanos >= 0),
  PRIMARY KEY (job_id, epoch, hour_us),
  CONSTRAINT inside_one_hour
    CHECK (end_us > start_us AND (end_us - 1) / 3600000000 = start_us / 3600000000)
);
CREATE INDEX usage_segments_by_hour ON metering.usage_segments (project_id, hour_us);

-- All segments of a lease come in one statement, and together are the lease.
CREATE FUNCTION metering.check_segments_make_leases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT
    FROM (SELECT job_id, epoch, min(start_us) AS start_us, max(end_us) AS end_us,
                 sum(end_us - start_us) AS length_us
          FROM added GROUP BY job_id, epoch) AS s
    LEFT JOIN metering.usage_records AS r USING (job_id, epoch)
    WHERE r.start_us IS DISTINCT FROM s.start_us OR r.end_us IS DISTINCT FROM s.end_us
       OR s.length_us <> s.end_us - s.start_us
  ) THEN
    RAISE EXCEPTION 'usage segments are not exactly their lease'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER make_leases AFTER INSERT ON metering.usage_segments
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION metering.check_segments_make_leases();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON metering.usage_records
  FOR EACH STATEMENT EXECUTE FUNCTION metering.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON metering.usage_segments
  FOR EACH STATEMENT EXECUTE FUNCTION metering.refuse_change();

-- Sums of the above, kept in the transactions that add to it: a report over months
-- reads hours and not leases. GPU time is in microseconds x thousandths of a GPU.
CREATE TABLE metering.usage_hourly (
  project_id            uuid NOT NULL,
  hour_us               bigint NOT NULL CHECK (hour_us % 3600000000 = 0),
  endpoint_id           uuid NOT NULL,
  gpu_type              text NOT NULL,
  gpu_milli_us          bigint NOT NULL,
  credited_gpu_milli_us bigint NOT NULL,
  unpriced_gpu_milli_us bigint NOT NULL,
  invocations           bigint NOT NULL,
  cold_start_us         bigint NOT NULL,
  cost_atto             numeric(38, 0) NOT NULL,
  PRIMARY KEY (project_id, hour_us, endpoint_id, gpu_type),
  CONSTRAINT unpriced_is_part_of_billed
    CHECK (unpriced_gpu_milli_us BETWEEN 0 AND gpu_milli_us)
) WITH (fillfactor = 70);

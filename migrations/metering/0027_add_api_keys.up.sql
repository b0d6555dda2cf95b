-- Who submitted a job, and the tokens that an attempt reports: usage is summed by API key, and
-- budgets may be of one. What was recorded before has neither.
LOCK TABLE metering.budgets, metering.usage_records, metering.usage_hourly
  IN ACCESS EXCLUSIVE MODE;

ALTER TABLE metering.usage_records
  ADD COLUMN api_key_id text NOT NULL DEFAULT '',
  ADD COLUMN tokens bigint NOT NULL DEFAULT 0,
  ADD CONSTRAINT only_attempts_have_keys
    CHECK (api_key_id = '' OR kind NOT IN ('worker', 'instance', 'storage')),
  ADD CONSTRAINT only_attempts_have_tokens
    CHECK (tokens = 0 OR (tokens > 0 AND kind = 'attempt'));

ALTER TABLE metering.usage_hourly
  ADD COLUMN api_key_id text COLLATE "C" NOT NULL DEFAULT '',
  ADD COLUMN tokens numeric(38, 0) NOT NULL DEFAULT 0,
  DROP CONSTRAINT usage_hourly_pkey,
  ADD PRIMARY KEY (project_id, hour_us, endpoint_id, gpu_type, api_key_id);

-- The sums over all keys: what does not ask for keys reads these, however many there are. Who still
-- sums without keys fails at the primary key above, and is tried again.
CREATE TABLE metering.usage_hourly_totals (
  LIKE metering.usage_hourly INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
  PRIMARY KEY (project_id, hour_us, endpoint_id, gpu_type)
) WITH (fillfactor = 70);
ALTER TABLE metering.usage_hourly_totals DROP COLUMN api_key_id;
INSERT INTO metering.usage_hourly_totals
  (project_id, hour_us, endpoint_id, gpu_type, gpu_milli_us, credited_gpu_milli_us,
   unpriced_gpu_milli_us, invocations, cold_start_us, covered_gpu_milli_us, byte_us, cost_atto,
   first_us, last_us)
SELECT project_id, hour_us, endpoint_id, gpu_type, gpu_milli_us, credited_gpu_milli_us,
       unpriced_gpu_milli_us, invocations, cold_start_us, covered_gpu_milli_us, byte_us, cost_atto,
       first_us, last_us
FROM metering.usage_hourly;

-- The slices of a lifetime that a new one might overlap.
CREATE INDEX usage_lifetimes_by_end ON metering.usage_records (job_id, end_us)
  WHERE kind IN ('worker', 'instance', 'storage');

-- Empty: whoever submits the jobs.
ALTER TABLE metering.budgets ADD COLUMN api_key_id text NOT NULL DEFAULT '';

CREATE OR REPLACE VIEW metering.rated_records AS
SELECT r.job_id, r.epoch, r.project_id, r.endpoint_id, r.worker_id, r.gpu_type, r.milli_gpus,
       r.start_us, r.end_us, r.cause, r.cold_start_us, r.credited, r.recorded_at, r.kind, r.warm,
       r.covered, r.vram_mib, r.bytes, r.region, r.tier, r.tags, r.transaction, r.position,
       coalesce(n.prices, r.prices) AS prices,
       CASE WHEN n.job_id IS NULL THEN r.invocation_nanos ELSE n.invocation_nanos END
         AS invocation_nanos,
       r.api_key_id, r.tokens
FROM metering.usage_records AS r
LEFT JOIN metering.rated_prices AS n USING (job_id, epoch);

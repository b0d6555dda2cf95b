-- What the ledger has hashed cannot do without them, and a budget of one key would become
-- everybody's.
DO $$ BEGIN
  IF EXISTS (SELECT FROM metering.usage_records WHERE api_key_id <> '' OR tokens <> 0)
     OR EXISTS (SELECT FROM metering.budgets WHERE api_key_id <> '') THEN
    RAISE EXCEPTION 'there are records or budgets with API keys, or records with tokens';
  END IF;
END $$;
DROP VIEW metering.rated_records;
DROP INDEX metering.usage_lifetimes_by_end;
DROP TABLE metering.usage_hourly_totals;
ALTER TABLE metering.usage_hourly
  DROP CONSTRAINT usage_hourly_pkey,
  DROP COLUMN api_key_id,
  DROP COLUMN tokens,
  ADD PRIMARY KEY (project_id, hour_us, endpoint_id, gpu_type);
ALTER TABLE metering.budgets DROP COLUMN api_key_id;
ALTER TABLE metering.usage_records DROP COLUMN api_key_id, DROP COLUMN tokens;
CREATE VIEW metering.rated_records AS
SELECT r.job_id, r.epoch, r.project_id, r.endpoint_id, r.worker_id, r.gpu_type, r.milli_gpus,
       r.start_us, r.end_us, r.cause, r.cold_start_us, r.credited, r.recorded_at, r.kind, r.warm,
       r.covered, r.vram_mib, r.bytes, r.region, r.tier, r.tags, r.transaction, r.position,
       coalesce(n.prices, r.prices) AS prices,
       CASE WHEN n.job_id IS NULL THEN r.invocation_nanos ELSE n.invocation_nanos END
         AS invocation_nanos
FROM metering.usage_records AS r
LEFT JOIN metering.rated_prices AS n USING (job_id, epoch);

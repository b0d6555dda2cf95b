-- What is booked besides usage: corrections, and records that are rated again.
ALTER TYPE metering.entry_kind ADD VALUE IF NOT EXISTS 'correction';
-- What is taken back has a negative quantity.
ALTER TABLE metering.ledger_entries DROP CONSTRAINT ledger_entries_quantity_check;

-- Each is one transaction of its project's ledger.
CREATE TABLE metering.corrections (
  project_id  uuid NOT NULL,
  id          uuid NOT NULL,
  transaction bigint NOT NULL,
  job_id      uuid,
  epoch       int CHECK ((job_id IS NULL) = (epoch IS NULL)),
  endpoint_id uuid,
  gpu_type    text NOT NULL,
  amount_atto numeric(38, 0) NOT NULL CHECK (amount_atto <> 0),
  note        text NOT NULL,
  reference   text NOT NULL,
  PRIMARY KEY (project_id, id),
  CONSTRAINT one_a_transaction UNIQUE (project_id, transaction)
);
CREATE INDEX corrections_by_record ON metering.corrections (job_id, epoch)
  WHERE job_id IS NOT NULL;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON metering.corrections
  FOR EACH STATEMENT EXECUTE FUNCTION metering.refuse_change();

-- The prices that records had and have, by the transaction that changes them.
CREATE TABLE metering.reratings (
  project_id        uuid NOT NULL,
  transaction       bigint NOT NULL,
  position          int NOT NULL,
  job_id            uuid NOT NULL,
  epoch             int NOT NULL,
  prices_before     bigint[] NOT NULL,
  prices_after      bigint[] NOT NULL
    CHECK (cardinality(prices_after) = cardinality(prices_before)),
  invocation_before bigint,
  invocation_after  bigint CHECK (invocation_after >= 0),
  PRIMARY KEY (project_id, transaction, position)
);
CREATE INDEX reratings_by_record ON metering.reratings (job_id, epoch);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON metering.reratings
  FOR EACH STATEMENT EXECUTE FUNCTION metering.refuse_change();

-- Of records that were rated again, the prices that they have now.
CREATE TABLE metering.rated_prices (
  job_id           uuid NOT NULL,
  epoch            int NOT NULL,
  prices           bigint[] NOT NULL,
  invocation_nanos bigint,
  PRIMARY KEY (job_id, epoch)
);

-- Records at the prices that they have now.
CREATE VIEW metering.rated_records AS
SELECT r.job_id, r.epoch, r.project_id, r.endpoint_id, r.worker_id, r.gpu_type, r.milli_gpus,
       r.start_us, r.end_us, r.cause, r.cold_start_us, r.credited, r.recorded_at, r.kind, r.warm,
       r.covered, r.vram_mib, r.bytes, r.region, r.tier, r.tags, r.transaction, r.position,
       coalesce(n.prices, r.prices) AS prices,
       CASE WHEN n.job_id IS NULL THEN r.invocation_nanos ELSE n.invocation_nanos END
         AS invocation_nanos
FROM metering.usage_records AS r
LEFT JOIN metering.rated_prices AS n USING (job_id, epoch);

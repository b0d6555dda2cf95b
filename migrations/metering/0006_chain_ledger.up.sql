-- The books, by the batch: a record holds the prices of its hours, and one transaction a project
-- and call holds the sums, the root over its records and the hash of the project's chain. What a
-- job costs is derived from its records: price times quantity.
DROP TRIGGER append_only ON metering.usage_records;
CREATE TYPE metering.usage_kind AS ENUM ('attempt', 'worker', 'instance', 'storage');

ALTER TABLE metering.usage_records
  DROP CONSTRAINT usage_records_gpu_type_check,
  DROP CONSTRAINT usage_records_milli_gpus_check,
  ADD COLUMN kind metering.usage_kind NOT NULL DEFAULT 'attempt',
  ADD COLUMN warm boolean NOT NULL DEFAULT false,
  ADD COLUMN covered boolean NOT NULL DEFAULT false,
  ADD COLUMN vram_mib int NOT NULL DEFAULT 0 CHECK (vram_mib >= 0),
  ADD COLUMN bytes bigint NOT NULL DEFAULT 0 CHECK (bytes >= 0),
  ADD COLUMN region text NOT NULL DEFAULT '',
  ADD COLUMN tier text NOT NULL DEFAULT '',
  -- A line "name=value" each, by rising name.
  ADD COLUMN tags text NOT NULL DEFAULT '',
  -- Nano-dollars a unit in each UTC hour it touches; NULL where there was no price.
  ADD COLUMN prices bigint[] NOT NULL DEFAULT '{}',
  -- The project's transaction that books it, and its place among the records there: these rise,
  -- but not by one.
  ADD COLUMN transaction bigint,
  ADD COLUMN position int,
  ADD CONSTRAINT gpus_or_bytes CHECK (
    CASE WHEN kind = 'storage' THEN milli_gpus = 0 AND bytes > 0
         ELSE milli_gpus BETWEEN 1 AND 16000 AND bytes = 0 AND gpu_type <> '' END),
  ADD CONSTRAINT only_attempts_are_invoked
    CHECK (kind = 'attempt' OR (invocation_nanos IS NULL AND NOT covered)),
  ADD CONSTRAINT a_price_for_each_hour CHECK (
    CASE WHEN end_us > start_us
         THEN cardinality(prices) = (end_us - 1) / 3600000000 - start_us / 3600000000 + 1
         ELSE cardinality(prices) = 0 END) NOT VALID;

UPDATE metering.usage_records AS r
SET prices = (SELECT coalesce(array_agg(s.price_nanos ORDER BY s.hour_us), '{}')
              FROM metering.usage_segments AS s
              WHERE s.job_id = r.job_id AND s.epoch = r.epoch),
    transaction = n.transaction,
    position = n.position
FROM (SELECT job_id, epoch, (row_number() OVER of_project - 1) / 1000 + 1 AS transaction,
             (row_number() OVER of_project - 1) % 1000 AS position
      FROM metering.usage_records
      WINDOW of_project AS (PARTITION BY project_id ORDER BY job_id, epoch)) AS n
WHERE n.job_id = r.job_id AND n.epoch = r.epoch;

ALTER TABLE metering.usage_records
  VALIDATE CONSTRAINT a_price_for_each_hour,
  ALTER COLUMN transaction SET NOT NULL,
  ALTER COLUMN position SET NOT NULL;
ALTER TABLE metering.usage_records ALTER COLUMN prices DROP DEFAULT;
CREATE INDEX usage_records_by_transaction
  ON metering.usage_records (project_id, transaction);
-- The few that a part of an hour may overlap although they end in another one.
CREATE INDEX usage_records_over_hours ON metering.usage_records (project_id, end_us, start_us)
  WHERE (end_us - 1) / 3600000000 > start_us / 3600000000;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON metering.usage_records
  FOR EACH STATEMENT EXECUTE FUNCTION metering.refuse_change();

-- Projects whose records of before are to be booked, in this many transactions: the service does
-- it when it starts, for the hashes are its own.
CREATE TABLE metering.ledger_openings (
  project_id   uuid PRIMARY KEY,
  transactions bigint NOT NULL
);
INSERT INTO metering.ledger_openings
SELECT project_id, max(transaction) FROM metering.usage_records GROUP BY project_id;

-- The pieces of records, one an hour, as they are charged.
DROP TABLE metering.usage_segments;
DROP FUNCTION metering.check_segments_make_leases();
CREATE VIEW metering.usage_segments AS
SELECT r.job_id, r.epoch, h.hour_us, greatest(r.start_us, h.hour_us) AS start_us,
       least(r.end_us, h.hour_us + 3600000000) AS end_us, r.project_id, r.endpoint_id, r.gpu_type,
       r.milli_gpus, r.credited, r.prices[h.n::int] AS price_nanos, r.kind, r.covered, r.bytes
FROM metering.usage_records AS r
CROSS JOIN LATERAL generate_series(r.start_us - r.start_us % 3600000000, r.end_us - 1, 3600000000)
  WITH ORDINALITY AS h (hour_us, n)
WHERE r.end_us > r.start_us;

DROP TABLE metering.ledger_entries;
DROP TABLE metering.ledger_transactions;
DROP FUNCTION metering.check_entries_balance();
DROP TYPE metering.entry_kind;
CREATE TYPE metering.entry_kind AS ENUM
  ('gpu_time', 'invocation', 'storage', 'covered', 'credit', 'balance');

CREATE TABLE metering.ledger_transactions (
  project_id  uuid NOT NULL,
  number      bigint NOT NULL CHECK (number >= 1),
  recorded_us bigint NOT NULL,
  reason      text NOT NULL,
  reference   text NOT NULL,
  records     int NOT NULL CHECK (records >= 0),
  root        bytea NOT NULL CHECK (length(root) = 32),
  hash        bytea NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (project_id, number)
);

-- In the order of their transaction's canonical text.
CREATE TABLE metering.ledger_entries (
  project_id  uuid NOT NULL,
  number      bigint NOT NULL,
  position    int NOT NULL,
  account     metering.account NOT NULL,
  kind        metering.entry_kind NOT NULL,
  endpoint_id uuid,
  gpu_type    text NOT NULL,
  price_nanos bigint CHECK (price_nanos >= 0),
  quantity    numeric(38, 0) NOT NULL CHECK (quantity >= 0),
  amount_atto numeric(38, 0) NOT NULL,
  PRIMARY KEY (project_id, number, position),
  CONSTRAINT balance_is_the_other_side CHECK ((kind = 'balance') = (account <> 'customer')),
  CONSTRAINT amount_is_price_times_quantity CHECK (
    CASE kind
      WHEN 'gpu_time' THEN amount_atto = coalesce(price_nanos, 0) * quantity
      WHEN 'credit' THEN amount_atto = -(coalesce(price_nanos, 0) * quantity)
      WHEN 'invocation' THEN amount_atto = coalesce(price_nanos, 0) * quantity * 1000000000
      WHEN 'covered' THEN amount_atto = 0
      ELSE true
    END)
);

-- All entries of a transaction come in one statement and sum to zero. By statement and not by
-- row: many come at a time.
CREATE FUNCTION metering.check_entries_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM added GROUP BY project_id, number HAVING sum(amount_atto) <> 0) THEN
    RAISE EXCEPTION 'a ledger transaction does not sum to zero'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER balance AFTER INSERT ON metering.ledger_entries
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION metering.check_entries_balance();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON metering.ledger_transactions
  FOR EACH STATEMENT EXECUTE FUNCTION metering.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON metering.ledger_entries
  FOR EACH STATEMENT EXECUTE FUNCTION metering.refuse_change();

-- From the first to the last microsecond that an hour's sums are of: a period that has both
-- needs no look at the records.
ALTER TABLE metering.usage_hourly
  DROP CONSTRAINT unpriced_is_part_of_billed,
  ADD COLUMN covered_gpu_milli_us bigint NOT NULL DEFAULT 0,
  ADD COLUMN byte_us numeric(38, 0) NOT NULL DEFAULT 0,
  ADD COLUMN first_us bigint,
  ADD COLUMN last_us bigint;
UPDATE metering.usage_hourly SET first_us = hour_us, last_us = hour_us + 3599999999;
ALTER TABLE metering.usage_hourly
  ALTER COLUMN first_us SET NOT NULL,
  ALTER COLUMN last_us SET NOT NULL,
  ADD CONSTRAINT inside_the_hour
    CHECK (hour_us <= first_us AND first_us <= last_us AND last_us < hour_us + 3600000000);

-- Records that were refused because their key is known with other values; each once.
CREATE TABLE metering.refused_records (
  id         bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  refused_at timestamptz NOT NULL DEFAULT now(),
  project_id uuid NOT NULL,
  job_id     uuid NOT NULL,
  epoch      int NOT NULL,
  record     text NOT NULL,
  digest     bytea NOT NULL,
  CONSTRAINT refused_once UNIQUE (job_id, epoch, digest)
);
CREATE INDEX refused_records_by_project ON metering.refused_records (project_id, id);

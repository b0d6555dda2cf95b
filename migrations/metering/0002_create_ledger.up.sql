-- The books: double entry, append-only. What a customer owes is on its account
-- `customer`; the other side is what we earned (`revenue`) or gave back (`credits`).
CREATE TYPE metering.account AS ENUM ('customer', 'revenue', 'credits');
CREATE TYPE metering.entry_kind AS ENUM ('gpu_time', 'invocation', 'credit', 'balance');

-- One transaction an attempt: the second wall against charging it twice.
CREATE TABLE metering.ledger_transactions (
  id          bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  project_id  uuid NOT NULL,
  job_id      uuid NOT NULL,
  epoch       int NOT NULL,
  endpoint_id uuid NOT NULL,
  gpu_type    text NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT attempt_charged_once UNIQUE (job_id, epoch)
);

CREATE TABLE metering.ledger_entries (
  id               bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  project_id       uuid NOT NULL,
  transaction_id   bigint NOT NULL,
  account          metering.account NOT NULL,
  kind             metering.entry_kind NOT NULL,
  amount_atto      numeric(38, 0) NOT NULL,
  start_us         bigint NOT NULL,
  end_us           bigint NOT NULL CHECK (end_us >= start_us),
  gpu_milli_us     bigint NOT NULL CHECK (gpu_milli_us >= 0),
  unit_price_nanos bigint NOT NULL CHECK (unit_price_nanos >= 0),
  PRIMARY KEY (project_id, id),
  CONSTRAINT balance_is_the_other_side CHECK ((kind = 'balance') = (account <> 'customer')),
  CONSTRAINT amount_is_price_times_quantity CHECK (
    CASE
      WHEN kind = 'gpu_time' THEN amount_atto = unit_price_nanos::numeric * gpu_milli_us
      WHEN kind = 'credit' THEN amount_atto = -(unit_price_nanos::numeric * gpu_milli_us)
      WHEN kind = 'invocation' THEN amount_atto = unit_price_nanos::numeric * 1000000000
      ELSE true
    END)
);
CREATE INDEX ledger_entries_by_transaction ON metering.ledger_entries (transaction_id);

-- All entries of a transaction come in one statement, belong to its project and
-- sum to zero. By statement and not by row: thousands come at a time.
CREATE FUNCTION metering.check_entries_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM added GROUP BY transaction_id HAVING sum(amount_atto) <> 0) THEN
    RAISE EXCEPTION 'a ledger transaction does not sum to zero'
      USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (
    SELECT
    FROM (SELECT DISTINCT transaction_id, project_id FROM added) AS a
    LEFT JOIN metering.ledger_transactions AS t ON t.id = a.transaction_id
    WHERE t.project_id IS DISTINCT FROM a.project_id
  ) THEN
    RAISE EXCEPTION 'a ledger entry is not of its transaction''s project'
      USING ERRCODE = 'foreign_key_violation';
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

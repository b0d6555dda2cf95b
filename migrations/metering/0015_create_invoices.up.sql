-- Final invoices. What an invoice and those before it have is what transactions up to
-- `last_transaction` book for times before `period_end_us`: both rise from one to the next, so
-- that each entry of the ledger is on one of them. docs/invoices.md.
CREATE TABLE metering.invoices (
  id                uuid PRIMARY KEY,
  project_id        uuid NOT NULL,
  number            bigint NOT NULL CHECK (number >= 1),
  period_start_us   bigint NOT NULL CHECK (period_start_us % 3600000000 = 0),
  period_end_us     bigint NOT NULL CHECK (period_end_us % 3600000000 = 0),
  last_transaction  bigint NOT NULL CHECK (last_transaction >= 0),
  -- No transaction before has anything that is not on this or an earlier invoice.
  open_from         bigint NOT NULL CHECK (open_from BETWEEN 1 AND last_transaction + 1),
  ledger_hash       bytea NOT NULL CHECK (length(ledger_hash) = 32),
  made_us           bigint NOT NULL,
  issuer            text NOT NULL,
  charges_nanos     bigint NOT NULL,
  adjustments_nanos bigint NOT NULL,
  total_nanos       bigint NOT NULL,
  due_cents         bigint NOT NULL,
  CONSTRAINT invoices_are_numbered UNIQUE (project_id, number),
  CONSTRAINT a_period_has_one_invoice UNIQUE (project_id, period_end_us),
  CONSTRAINT a_period_is_some_time CHECK (period_end_us > period_start_us),
  CONSTRAINT total_is_the_sum CHECK (total_nanos = charges_nanos + adjustments_nanos)
);

CREATE TABLE metering.invoice_lines (
  invoice_id   uuid NOT NULL REFERENCES metering.invoices,
  position     int NOT NULL CHECK (position >= 0),
  section      text NOT NULL CHECK (section IN ('usage', 'late', 'correction', 'adjustment')),
  kind         text NOT NULL CHECK (kind <> ''),
  endpoint_id  text NOT NULL,
  gpu_type     text NOT NULL,
  reference    text NOT NULL,
  description  text NOT NULL,
  price_nanos  bigint,
  quantity     numeric(38, 0) NOT NULL,
  used_from_us bigint NOT NULL,
  used_to_us   bigint NOT NULL CHECK (used_to_us >= used_from_us),
  amount_atto  numeric(38, 0) NOT NULL,
  amount_nanos bigint NOT NULL,
  PRIMARY KEY (invoice_id, position),
  CONSTRAINT rounded_once CHECK (abs(amount_nanos * 1000000000::numeric - amount_atto) <= 500000000)
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON metering.invoices
  FOR EACH STATEMENT EXECUTE FUNCTION metering.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON metering.invoice_lines
  FOR EACH STATEMENT EXECUTE FUNCTION metering.refuse_change();

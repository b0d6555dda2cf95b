-- Credit that projects were given. What it was given for never changes.
CREATE TABLE metering.credit_grants (
  id              uuid PRIMARY KEY,
  project_id      uuid NOT NULL,
  amount_nanos    bigint NOT NULL CHECK (amount_nanos > 0),
  priority        int NOT NULL CHECK (priority >= 0),
  valid_from_us   bigint NOT NULL,
  valid_until_us  bigint NOT NULL,
  -- What it pays for; empty: all.
  endpoint_ids    uuid[] NOT NULL,
  gpu_types       text[] NOT NULL,
  kinds           text[] NOT NULL,
  reason          text NOT NULL CHECK (reason <> ''),
  idempotency_key text CHECK (idempotency_key <> ''),
  created_us      bigint NOT NULL,
  CONSTRAINT valid_for_a_time CHECK (valid_until_us > valid_from_us),
  CONSTRAINT granted_once UNIQUE (project_id, idempotency_key)
);
CREATE INDEX credit_grants_by_project ON metering.credit_grants (project_id, id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON metering.credit_grants
  FOR EACH STATEMENT EXECUTE FUNCTION metering.refuse_change();

-- What became of it: the sum of a grant's entries is what is left.
CREATE TYPE metering.credit_kind AS ENUM ('grant', 'use', 'void', 'expiry');
CREATE TABLE metering.credit_entries (
  id              bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  grant_id        uuid NOT NULL REFERENCES metering.credit_grants,
  kind            metering.credit_kind NOT NULL,
  amount_atto     numeric(38, 0) NOT NULL,
  -- Of a use: the invoice. Of a void: why.
  reference       text NOT NULL,
  -- Of a use: the period. Of an expiry: the one that was the last.
  period_start_us bigint,
  period_end_us   bigint,
  recorded_us     bigint NOT NULL,
  CONSTRAINT only_grants_add CHECK (
    CASE kind WHEN 'grant' THEN amount_atto > 0 ELSE amount_atto < 0 END),
  CONSTRAINT uses_and_expiries_are_of_periods CHECK (
    (kind IN ('use', 'expiry')) = (period_start_us IS NOT NULL AND period_end_us IS NOT NULL))
);
CREATE UNIQUE INDEX credit_entries_granted_once ON metering.credit_entries (grant_id)
  WHERE kind = 'grant';
CREATE UNIQUE INDEX credit_entries_used_once ON metering.credit_entries
  (grant_id, period_start_us, period_end_us) WHERE kind = 'use';
CREATE INDEX credit_entries_by_grant ON metering.credit_entries (grant_id);

-- Whoever adds entries holds the lock of the project: see sql/lock_credits.sql.
CREATE FUNCTION metering.check_credit_left() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT
    FROM metering.credit_entries
    WHERE grant_id IN (SELECT grant_id FROM added)
    GROUP BY grant_id
    HAVING sum(amount_atto) < 0
  ) THEN
    RAISE EXCEPTION 'more of a credit grant is used than there is'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER never_negative AFTER INSERT ON metering.credit_entries
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION metering.check_credit_left();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON metering.credit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION metering.refuse_change();

-- Periods whose subsidies and credits stand: by which decision, for which invoice.
CREATE TABLE metering.period_commits (
  project_id      uuid NOT NULL,
  period_start_us bigint NOT NULL,
  period_end_us   bigint NOT NULL CHECK (period_end_us > period_start_us),
  reference       text NOT NULL CHECK (reference <> ''),
  decision_id     bigint NOT NULL,
  committed_us    bigint NOT NULL,
  PRIMARY KEY (project_id, period_start_us, period_end_us)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON metering.period_commits
  FOR EACH STATEMENT EXECUTE FUNCTION metering.refuse_change();

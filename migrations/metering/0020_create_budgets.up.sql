-- What projects may spend.
CREATE TABLE metering.budgets (
  id          uuid PRIMARY KEY,
  project_id  uuid NOT NULL,
  endpoint_id uuid,
  name        text NOT NULL,
  unit        smallint NOT NULL CHECK (unit BETWEEN 1 AND 2),
  amount      bigint NOT NULL CHECK (amount > 0),
  span        smallint NOT NULL CHECK (span BETWEEN 1 AND 5),
  thresholds  int[] NOT NULL,
  hard_stop   boolean NOT NULL,
  webhook     text NOT NULL,
  locked      boolean NOT NULL,
  created_at  timestamptz NOT NULL,
  updated_at  timestamptz NOT NULL,
  CONSTRAINT budget_names UNIQUE (project_id, name)
);

-- Thresholds that were reached, each once in a window, and what became of their webhooks.
CREATE TABLE metering.budget_alerts (
  id           bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  budget_id    uuid NOT NULL REFERENCES metering.budgets ON DELETE CASCADE,
  window_start timestamptz NOT NULL,
  threshold    int NOT NULL,
  spent        bigint NOT NULL,
  amount       bigint NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  delivered_at timestamptz,
  -- While it is to be sent: when next; NULL: not any more.
  next_at      timestamptz,
  attempts     int NOT NULL DEFAULT 0,
  last_error   text NOT NULL DEFAULT '',
  CONSTRAINT alert_once UNIQUE (budget_id, window_start, threshold)
);
CREATE INDEX budget_alerts_due ON metering.budget_alerts (next_at) WHERE next_at IS NOT NULL;

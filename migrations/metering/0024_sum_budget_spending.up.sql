-- What is recorded in windows of budgets, kept in the transactions that record it, so that
-- nobody has to sum a project's hours to tell.
CREATE TABLE metering.budget_spending (
  budget_id    uuid NOT NULL REFERENCES metering.budgets ON DELETE CASCADE,
  window_start timestamptz NOT NULL,
  cost_atto    numeric(38, 0) NOT NULL,
  gpu_milli_us numeric(38, 0) NOT NULL,
  PRIMARY KEY (budget_id, window_start)
) WITH (fillfactor = 70);

-- When the window that a time lies in begins, of a budget of this span.
CREATE FUNCTION metering.budget_window(span smallint, created_at timestamptz, at timestamptz)
RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
  SELECT date_trunc((ARRAY['hour', 'day', 'week', 'month', 'hour'])[span],
                    CASE span WHEN 5 THEN created_at ELSE at END AT TIME ZONE 'UTC')
           AT TIME ZONE 'UTC'
$$;

-- The first window of a budget that sums are kept of: the one before the present one, for
-- clocks differ.
CREATE FUNCTION metering.first_budget_window(span smallint, created_at timestamptz)
RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT metering.budget_window(
    span, created_at,
    now() - (ARRAY[interval '1 hour', '1 day', '7 days', '31 days', '0'])[span])
$$;

CREATE INDEX hard_budgets ON metering.budgets (id) WHERE hard_stop;

LOCK TABLE metering.usage_hourly, metering.budgets IN SHARE MODE;
INSERT INTO metering.budget_spending (budget_id, window_start, cost_atto, gpu_milli_us)
SELECT budget.id,
       metering.budget_window(budget.span, budget.created_at,
                              to_timestamp(hour.hour_us / 1000000)) AS begun,
       sum(hour.cost_atto), sum(hour.gpu_milli_us)
FROM metering.budgets AS budget
JOIN metering.usage_hourly AS hour
  ON hour.project_id = budget.project_id
  AND (budget.endpoint_id IS NULL OR hour.endpoint_id = budget.endpoint_id)
  AND hour.hour_us >= (extract(
    epoch FROM metering.first_budget_window(budget.span, budget.created_at)) * 1000000)::bigint
GROUP BY budget.id, begun;

-- Takes alerts whose webhooks are due: nobody else is given them before the term is over.
--
-- $1 most rows, $2 term in microseconds
-- Returns the columns that budget_alerts.cc reads, then project_id, name, unit, webhook.
WITH due AS (
  SELECT id FROM metering.budget_alerts
  WHERE next_at <= now()
  ORDER BY next_at
  LIMIT $1::int
  FOR UPDATE SKIP LOCKED)
UPDATE metering.budget_alerts AS alert
SET next_at = now() + $2::bigint * interval '1 microsecond', attempts = alert.attempts + 1
FROM due, metering.budgets AS budget
WHERE alert.id = due.id AND budget.id = alert.budget_id
RETURNING alert.id, alert.budget_id, (extract(epoch FROM alert.window_start) * 1000000)::bigint,
  alert.threshold, alert.spent, alert.amount,
  (extract(epoch FROM alert.created_at) * 1000000)::bigint,
  (extract(epoch FROM alert.delivered_at) * 1000000)::bigint, alert.attempts, alert.last_error,
  budget.project_id, budget.name, budget.unit, budget.webhook

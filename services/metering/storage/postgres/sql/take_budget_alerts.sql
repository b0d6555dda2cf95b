-- Takes alerts whose webhooks are due: nobody else is given them before the term is over. The
-- first of every project come before the second of any.
--
-- $1 most rows, $2 most rows of a project, $3 term in microseconds
-- Returns the columns that budget_alerts.cc reads, then project_id, name, unit, webhook.
WITH queued AS (
  SELECT alert.id, alert.next_at,
         row_number() OVER (PARTITION BY budget.project_id ORDER BY alert.next_at, alert.id) AS turn
  FROM metering.budget_alerts AS alert
  JOIN metering.budgets AS budget ON budget.id = alert.budget_id
  WHERE alert.next_at <= now()
), due AS (
  SELECT alert.id
  FROM queued
  JOIN metering.budget_alerts AS alert USING (id)
  WHERE queued.turn <= $2::int AND alert.next_at <= now()
  ORDER BY queued.turn, queued.next_at
  LIMIT $1::int
  FOR UPDATE OF alert SKIP LOCKED)
UPDATE metering.budget_alerts AS alert
SET next_at = now() + $3::bigint * interval '1 microsecond', attempts = alert.attempts + 1
FROM due, metering.budgets AS budget
WHERE alert.id = due.id AND budget.id = alert.budget_id
RETURNING alert.id, alert.budget_id, (extract(epoch FROM alert.window_start) * 1000000)::bigint,
  alert.threshold, alert.spent, alert.amount,
  (extract(epoch FROM alert.created_at) * 1000000)::bigint,
  (extract(epoch FROM alert.delivered_at) * 1000000)::bigint, alert.attempts, alert.last_error,
  budget.project_id, budget.name, budget.unit, budget.webhook

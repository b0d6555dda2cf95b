-- A budget's alerts, newest first.
--
-- $1 budget_id, $2 most rows
-- Returns the columns that budget_alerts.cc reads.
SELECT alert.id, alert.budget_id, (extract(epoch FROM alert.window_start) * 1000000)::bigint,
  alert.threshold, alert.spent, alert.amount,
  (extract(epoch FROM alert.created_at) * 1000000)::bigint,
  (extract(epoch FROM alert.delivered_at) * 1000000)::bigint, alert.attempts, alert.last_error
FROM metering.budget_alerts AS alert
WHERE alert.budget_id = $1::uuid
ORDER BY alert.id DESC
LIMIT $2::int

-- Notes an alert, once.
--
-- $1 budget_id, $2 window_start in microseconds, $3 threshold, $4 spent, $5 limit, $6 whether it
-- has a webhook
INSERT INTO metering.budget_alerts (budget_id, window_start, threshold, spent, amount, next_at)
SELECT id, to_timestamp($2::bigint / 1000000), $3::int, $4::bigint, $5::bigint,
       CASE WHEN $6::boolean THEN now() END
FROM metering.budgets WHERE id = $1::uuid
ON CONFLICT ON CONSTRAINT alert_once DO NOTHING

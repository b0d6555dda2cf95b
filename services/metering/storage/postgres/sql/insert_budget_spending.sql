-- Sums what the windows of a budget that is new have seen. The caller has locked its project's
-- ledger: nothing is recorded meanwhile. By hour first, for there are few windows and many rows.
--
-- $1 budget_id
INSERT INTO metering.budget_spending (budget_id, window_start, cost_atto, gpu_milli_us)
SELECT budget.id,
       metering.budget_window(budget.span, budget.created_at,
                              to_timestamp(hour.hour_us / 1000000)) AS begun,
       sum(hour.cost_atto), sum(hour.gpu_milli_us)
FROM metering.budgets AS budget
CROSS JOIN LATERAL (
  SELECT hour_us, sum(cost_atto) AS cost_atto, sum(gpu_milli_us) AS gpu_milli_us
  FROM metering.usage_hourly
  WHERE project_id = budget.project_id
    AND (budget.endpoint_id IS NULL OR endpoint_id = budget.endpoint_id)
    AND (budget.api_key_id = '' OR api_key_id = budget.api_key_id)
    AND hour_us >= (extract(
      epoch FROM metering.first_budget_window(budget.span, budget.created_at)) * 1000000)::bigint
  GROUP BY hour_us) AS hour
WHERE budget.id = $1::uuid
GROUP BY budget.id, begun

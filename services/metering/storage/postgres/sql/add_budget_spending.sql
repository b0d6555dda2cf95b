-- Adds to what budgets' windows have seen, each hour to the window that it lies in, and forgets
-- windows that nobody asks for any more. The caller has locked the projects' ledgers.
--
-- $1 project_id[], $2 hour_us[], $3 endpoint_id[], $4 api_key_id[], $5 gpu_milli_us[],
-- $6 cost_atto[]
WITH seen AS (
  SELECT budget.id,
         metering.budget_window(budget.span, budget.created_at, hour.at) AS window_start,
         metering.first_budget_window(budget.span, budget.created_at) AS first_kept,
         sum(hour.cost_atto) AS cost_atto, sum(hour.gpu_milli_us) AS gpu_milli_us
  FROM (SELECT project_id, to_timestamp(hour_us / 1000000) AS at, endpoint_id, api_key_id,
               gpu_milli_us, cost_atto
        FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::numeric[], $6::numeric[])
          AS given(project_id, hour_us, endpoint_id, api_key_id, gpu_milli_us, cost_atto)) AS hour
  JOIN metering.budgets AS budget
    ON budget.project_id = hour.project_id
    AND (budget.endpoint_id IS NULL OR budget.endpoint_id = hour.endpoint_id)
    AND (budget.api_key_id = '' OR budget.api_key_id = hour.api_key_id)
    AND hour.at >= metering.first_budget_window(budget.span, budget.created_at)
  GROUP BY 1, 2, 3
), forgotten AS (
  DELETE FROM metering.budget_spending AS spending
  USING (SELECT DISTINCT id, first_kept FROM seen) AS present
  WHERE spending.budget_id = present.id AND spending.window_start < present.first_kept
)
INSERT INTO metering.budget_spending AS spending
  (budget_id, window_start, cost_atto, gpu_milli_us)
SELECT id, window_start, cost_atto, gpu_milli_us
FROM seen
ORDER BY 1, 2
ON CONFLICT (budget_id, window_start) DO UPDATE
SET cost_atto = spending.cost_atto + excluded.cost_atto,
    gpu_milli_us = spending.gpu_milli_us + excluded.gpu_milli_us

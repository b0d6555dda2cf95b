-- What is recorded in windows of budgets.
--
-- $1 budget_id[], $2 when each window begins[] in microseconds
-- Returns number (from 1), nano-dollars, microseconds of GPU time, both rounded up.
SELECT asked.number,
       least(ceil(greatest(coalesce(spending.cost_atto, 0), 0) / 1000000000),
             9000000000000000000)::bigint,
       least(ceil(coalesce(spending.gpu_milli_us, 0) / 1000), 9000000000000000000)::bigint
FROM unnest($1::uuid[], $2::bigint[]) WITH ORDINALITY AS asked(budget_id, start_us, number)
LEFT JOIN metering.budget_spending AS spending
  ON spending.budget_id = asked.budget_id
  AND spending.window_start = to_timestamp(asked.start_us / 1000000)
ORDER BY asked.number

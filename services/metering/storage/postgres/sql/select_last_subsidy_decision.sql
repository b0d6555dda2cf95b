-- The last decision on a period.
--
-- $1 project_id, $2 period_start_us, $3 period_end_us
-- Returns id, project_id, period_start_us, period_end_us, decided_us, decider, note, input,
-- result.
SELECT id, project_id, period_start_us, period_end_us, decided_us, decider, note, input, result
FROM metering.subsidy_decisions
WHERE project_id = $1::uuid AND period_start_us = $2::bigint AND period_end_us = $3::bigint
ORDER BY id DESC
LIMIT 1

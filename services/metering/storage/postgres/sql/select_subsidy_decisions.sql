-- A page of the decisions on a project's subsidies, newest first.
--
-- $1 project_id, $2 id to go on before, $3 most rows
-- Returns id, project_id, period_start_us, period_end_us, decided_us, decider, note, input,
-- result.
SELECT id, project_id, period_start_us, period_end_us, decided_us, decider, note, input, result
FROM metering.subsidy_decisions
WHERE project_id = $1::uuid AND id < $2::bigint
ORDER BY id DESC
LIMIT $3::int

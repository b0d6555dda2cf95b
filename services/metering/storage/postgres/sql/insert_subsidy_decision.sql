-- Stores a decision.
--
-- $1 project_id, $2 period_start_us, $3 period_end_us, $4 decided_us, $5 decider, $6 note,
-- $7 input, $8 result
-- Returns id.
INSERT INTO metering.subsidy_decisions
  (project_id, period_start_us, period_end_us, decided_us, decider, note, input, result)
VALUES ($1::uuid, $2::bigint, $3::bigint, $4::bigint, $5, $6, $7, $8)
RETURNING id

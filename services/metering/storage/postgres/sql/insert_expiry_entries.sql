-- Lets what is left of a project's grants expire that no later period can use.
--
-- $1 project_id, $2 reference, $3 period_start_us, $4 period_end_us, $5 recorded_us
INSERT INTO metering.credit_entries
  (grant_id, kind, amount_atto, reference, period_start_us, period_end_us, recorded_us)
SELECT g.id, 'expiry', -sum(e.amount_atto), $2, $3::bigint, $4::bigint, $5::bigint
FROM metering.credit_grants AS g
JOIN metering.credit_entries AS e ON e.grant_id = g.id
WHERE g.project_id = $1::uuid AND g.valid_until_us <= $4::bigint
GROUP BY g.id
HAVING sum(e.amount_atto) > 0

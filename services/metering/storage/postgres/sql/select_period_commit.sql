-- The commit of a period, with a row for each of its uses by grant; one row without a grant
-- when it has none.
--
-- $1 project_id, $2 period_start_us, $3 period_end_us
-- Returns reference, decision_id, grant_id or NULL, amount_atto.
SELECT c.reference, c.decision_id, u.grant_id, -u.amount_atto
FROM metering.period_commits AS c
LEFT JOIN (
  SELECT e.grant_id, e.amount_atto
  FROM metering.credit_entries AS e
  JOIN metering.credit_grants AS g ON g.id = e.grant_id
  WHERE g.project_id = $1::uuid AND e.kind = 'use' AND e.period_start_us = $2::bigint
    AND e.period_end_us = $3::bigint
) AS u ON true
WHERE c.project_id = $1::uuid AND c.period_start_us = $2::bigint AND c.period_end_us = $3::bigint
ORDER BY u.grant_id

-- Books what a period uses of a project's grants; only of those that have that much left, so
-- that fewer rows than asked for mean that one has not.
--
-- $1 project_id, $2 reference, $3 period_start_us, $4 period_end_us, $5 recorded_us,
-- $6 grant_id[], $7 amount_atto[] (more than 0)
INSERT INTO metering.credit_entries
  (grant_id, kind, amount_atto, reference, period_start_us, period_end_us, recorded_us)
SELECT u.grant_id, 'use', -u.amount_atto, $2, $3::bigint, $4::bigint, $5::bigint
FROM unnest($6::uuid[], $7::numeric[]) AS u (grant_id, amount_atto)
JOIN metering.credit_grants AS g ON g.id = u.grant_id AND g.project_id = $1::uuid
WHERE u.amount_atto <= (SELECT sum(amount_atto) FROM metering.credit_entries
                        WHERE grant_id = u.grant_id)

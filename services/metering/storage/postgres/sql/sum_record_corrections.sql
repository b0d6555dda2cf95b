-- What corrections of a record come to.
--
-- $1 project_id, $2 job_id, $3 epoch
-- Returns amount_atto.
SELECT coalesce(sum(amount_atto), 0)
FROM metering.corrections
WHERE job_id = $2::uuid AND epoch = $3::int AND project_id = $1::uuid

-- $1 jobs (uuid[])
-- Deletes their inputs.
DELETE FROM scheduler.furnace_payloads
WHERE job_id = ANY($1::uuid[]) AND epoch = 0

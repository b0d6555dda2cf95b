-- $1 ids
-- Deletes those that are past their time, with their payloads and attempts; how many.
WITH gone AS (
  DELETE FROM scheduler.furnace_jobs
  WHERE id = ANY($1::uuid[]) AND kept_until < now() - interval '1 minute'
  RETURNING id
), payloads AS (
  DELETE FROM scheduler.furnace_payloads WHERE job_id IN (SELECT id FROM gone)
), attempts AS (
  DELETE FROM scheduler.furnace_attempts WHERE job_id IN (SELECT id FROM gone)
)
SELECT count(*) FROM gone

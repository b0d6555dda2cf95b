-- $1 ids
-- Deletes those that are past their time, with their payloads, attempts and the webhooks that
-- told of them and have ended; how many.
WITH gone AS (
  DELETE FROM scheduler.furnace_jobs
  WHERE id = ANY($1::uuid[]) AND kept_until < now() - interval '1 minute'
  RETURNING id
), payloads AS (
  DELETE FROM scheduler.furnace_payloads WHERE job_id IN (SELECT id FROM gone)
), attempts AS (
  DELETE FROM scheduler.furnace_attempts WHERE job_id IN (SELECT id FROM gone)
), webhooks AS (
  DELETE FROM scheduler.furnace_webhooks WHERE subject IN (SELECT id FROM gone) AND status <> 1
)
SELECT count(*) FROM gone

-- $1 batch, $2 project it must belong to
-- Returns status, cause, and how many of its jobs ended so without a result.
SELECT status, cause, count(*)
FROM scheduler.furnace_jobs
WHERE batch_id = $1 AND project_id = $2 AND status > 5
GROUP BY status, cause
ORDER BY count(*) DESC, status, cause

-- $1 batch, $2 project it must belong to
-- Returns the ids of its jobs, in order.
SELECT job
FROM scheduler.furnace_batches AS batch
CROSS JOIN LATERAL unnest(batch.job_ids) WITH ORDINALITY AS item (job, position)
WHERE batch.id = $1 AND batch.project_id = $2
ORDER BY position

-- $1 time, $2 most rows
-- Returns batches that were made on the day before that time, and of whose jobs none is
-- known: id, project, first job.
SELECT id, project_id, job_ids[1]
FROM scheduler.furnace_batches AS batch
WHERE created_at BETWEEN $1::timestamptz - interval '1 day' AND $1::timestamptz
  AND NOT EXISTS (SELECT FROM scheduler.furnace_jobs WHERE batch_id = batch.id)
ORDER BY created_at
LIMIT $2::int

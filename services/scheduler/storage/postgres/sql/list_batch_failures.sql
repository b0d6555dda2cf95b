-- $1 batch, $2 project it must belong to, $3 places behind this one, $4 most rows
-- Returns its jobs that ended without a result: the columns of JobFromRow in job_rows.cc,
-- then the place in the batch, from 0.
SELECT
  @columns/job.sql@,
  position - 1
FROM scheduler.furnace_jobs
JOIN (
  SELECT job AS id, position
  FROM scheduler.furnace_batches AS batch
  CROSS JOIN LATERAL unnest(batch.job_ids) WITH ORDINALITY AS item (job, position)
  WHERE batch.id = $1 AND batch.project_id = $2
) AS places USING (id)
WHERE status > 5 AND position - 1 > $3::int
ORDER BY position
LIMIT $4::int

-- $1 project, $2 endpoint or NULL, $3 status or NULL, $4 ids below this one or NULL,
-- $5 most rows, $6 batch or NULL
-- Returns the columns of JobFromRow in job_rows.cc, by falling id.
SELECT
  @columns/job.sql@
FROM scheduler.furnace_jobs
WHERE project_id = $1
  AND (kept_until IS NULL OR kept_until > now())
  AND ($2::uuid IS NULL OR endpoint_id = $2::uuid)
  AND ($3::smallint IS NULL OR status = $3::smallint)
  AND ($4::uuid IS NULL OR id < $4::uuid)
  AND ($6::uuid IS NULL OR batch_id = $6::uuid)
ORDER BY id DESC
LIMIT $5::int

-- $1 job id, $2 project it must belong to
-- Returns the columns of JobFromRow in job_rows.cc, then input, output, chunks as a
-- JSON array of strings, chunk count, whether its time is over.
SELECT
  @columns/job.sql@,
  input, output, to_json(chunks), chunk_count, coalesce(kept_until <= now(), false)
FROM scheduler.furnace_jobs
WHERE id = $1 AND project_id = $2

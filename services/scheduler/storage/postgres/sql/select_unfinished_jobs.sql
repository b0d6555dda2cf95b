-- $1 job ids
-- Those that are WAITING, DELAYED, IN_QUEUE or IN_PROGRESS: the columns of JobFromRow in
-- job_rows.cc, then input, chunk count, s3_config.
SELECT
  @columns/job.sql@,
  input, chunk_count, s3_config
FROM scheduler.furnace_jobs
WHERE id = ANY($1::uuid[]) AND status BETWEEN 1 AND 4

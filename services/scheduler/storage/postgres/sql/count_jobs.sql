-- $1 endpoint, $2 most jobs to look at
-- Counts the endpoint's latest jobs. Returns one row: COMPLETED; FAILED or TIMED_OUT; those
-- that were tried again.
SELECT
  count(*) FILTER (WHERE status = 5),
  count(*) FILTER (WHERE status IN (6, 7)),
  count(*) FILTER (WHERE retry_count > 0)
FROM (
  SELECT status, retry_count
  FROM scheduler.furnace_jobs
  WHERE endpoint_id = $1::uuid
  ORDER BY id DESC
  LIMIT $2::int
) AS latest

-- $1 job, $2 most rows
-- By falling number: attempt, worker, GPU type, start, end, cause, error, billed GPU time.
SELECT
  attempt, worker_id, gpu_type,
  (extract(epoch FROM started_at) * 1000000)::bigint,
  (extract(epoch FROM ended_at) * 1000000)::bigint,
  cause, error, gpu_time_us
FROM scheduler.furnace_attempts
WHERE job_id = $1
ORDER BY attempt DESC
LIMIT $2::int

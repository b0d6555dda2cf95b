-- $1 id, $2 max_queued_jobs, $3 max_concurrent_gpus, $4 max_requests_per_day
-- Returns id, name, created_at in microseconds since the epoch, and its quota.
UPDATE registry.projects
SET max_queued_jobs = $2::bigint, max_concurrent_gpus = $3::bigint,
  max_requests_per_day = $4::bigint
WHERE id = $1::uuid
RETURNING id, name, (extract(epoch FROM created_at) * 1000000)::bigint, max_queued_jobs,
  max_concurrent_gpus, max_requests_per_day

-- $1 name
-- Returns id, name, created_at in microseconds since the epoch, and its quota.
SELECT id, name, (extract(epoch FROM created_at) * 1000000)::bigint, max_queued_jobs,
  max_concurrent_gpus, max_requests_per_day
FROM registry.projects
WHERE name = $1

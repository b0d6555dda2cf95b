-- $1 id that the first comes after, $2 most rows
-- Returns id, name, created_at in microseconds since the epoch, and its quota; by id.
SELECT id, name, (extract(epoch FROM created_at) * 1000000)::bigint, max_queued_jobs,
  max_concurrent_gpus, max_requests_per_day
FROM registry.projects
WHERE id > $1::uuid
  AND (max_queued_jobs > 0 OR max_concurrent_gpus > 0 OR max_requests_per_day > 0)
ORDER BY id
LIMIT $2::int

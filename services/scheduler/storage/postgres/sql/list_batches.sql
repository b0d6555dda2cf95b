-- $1 project, $2 endpoint or NULL, $3 ids below this one or NULL, $4 most rows
-- Returns the columns of BatchFromRow in batch_store.cc, by falling id.
SELECT
  id, endpoint_id, project_id, name, one_worker,
  (extract(epoch FROM created_at) * 1000000)::bigint,
  total, in_progress, completed, failed, timed_out, cancelled,
  (extract(epoch FROM started_at) * 1000000)::bigint,
  (extract(epoch FROM ended_at) * 1000000)::bigint,
  gpu_time_us, version, webhook_url
FROM scheduler.furnace_batch_states
WHERE project_id = $1
  AND ($2::uuid IS NULL OR endpoint_id = $2::uuid)
  AND ($3::uuid IS NULL OR id < $3::uuid)
ORDER BY id DESC
LIMIT $4::int

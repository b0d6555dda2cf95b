-- $1 id
-- Returns id, project id, the spec in the order of put_endpoint.sql (environment as
-- a JSON object, GPU types as a JSON array), revision, status, created_at and
-- updated_at in microseconds since the epoch, change number.
SELECT id, project_id, name, image_uri, handler_path, env_vars, array_to_json(gpu_types),
  gpu_count, vram_min_mib, timeout_seconds, min_workers, max_workers, idle_timeout_seconds,
  scaler_type, scaler_value, max_retries, revision, status,
  (extract(epoch FROM created_at) * 1000000)::bigint,
  (extract(epoch FROM updated_at) * 1000000)::bigint,
  change
FROM registry.furnace_endpoints
WHERE id = $1::uuid

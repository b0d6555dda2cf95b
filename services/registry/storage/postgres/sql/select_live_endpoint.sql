-- $1 project id, $2 id
-- Returns id, project id, the spec in the order of put_endpoint.sql (environment as
-- a JSON object, arrays as JSON arrays), revision, status, created_at and
-- updated_at in microseconds since the epoch, change number.
SELECT id, project_id, name, image_uri, handler_path, env_vars, array_to_json(gpu_types),
  gpu_count, vram_min_mib, timeout_seconds, min_workers, max_workers, idle_timeout_seconds,
  scaler_type, scaler_value, max_retries, retry_backoff_ms, retry_max_backoff_ms,
  array_to_json(retry_no_retry_on), queue_head_start_ms, queue_strict_priority,
  queue_ttl_seconds, queue_max_concurrency, queue_max_queued, queue_idempotency_ttl_seconds,
  init_timeout_seconds, fallback_after_seconds, array_to_json(task_types),
  webhook_url, webhook_format, result_retention_seconds, revision, status,
  (extract(epoch FROM created_at) * 1000000)::bigint,
  (extract(epoch FROM updated_at) * 1000000)::bigint,
  change
FROM registry.furnace_endpoints
WHERE id = $2::uuid AND project_id = $1::uuid AND status <> 'deleted'

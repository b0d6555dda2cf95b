-- $1 id, $2 project id, $3 name, $4 image_uri, $5 handler_path
-- $6 names and $7 values of the environment (text[])
-- $8 gpu_types (text[]), $9 gpu_count, $10 vram_min_mib, $11 timeout_seconds
-- $12 min_workers, $13 max_workers, $14 idle_timeout_seconds
-- $15 scaler_type, $16 scaler_value, $17 max_retries
-- $18 retry_backoff_ms, $19 retry_max_backoff_ms, $20 retry_no_retry_on (text[])
-- $21 queue_head_start_ms, $22 queue_strict_priority, $23 queue_ttl_seconds
-- $24 queue_max_concurrency, $25 queue_max_queued, $26 queue_idempotency_ttl_seconds
-- $27 init_timeout_seconds, $28 fallback_after_seconds, $29 task_types (text[])
-- $30 webhook_url, $31 webhook_format, $32 result_retention_seconds
-- $33 revision, $34 status, $35 created_at, $36 updated_at, $37 change number
-- Stores an endpoint, over the one with the same id if there is one.
INSERT INTO registry.furnace_endpoints (
  id, project_id, name, image_uri, handler_path, env_vars,
  gpu_types, gpu_count, vram_min_mib, timeout_seconds,
  min_workers, max_workers, idle_timeout_seconds,
  scaler_type, scaler_value, max_retries,
  retry_backoff_ms, retry_max_backoff_ms, retry_no_retry_on,
  queue_head_start_ms, queue_strict_priority, queue_ttl_seconds,
  queue_max_concurrency, queue_max_queued, queue_idempotency_ttl_seconds,
  init_timeout_seconds, fallback_after_seconds, task_types,
  webhook_url, webhook_format, result_retention_seconds,
  revision, status, created_at, updated_at, change)
VALUES (
  $1::uuid, $2::uuid, $3, $4, $5, jsonb_object($6::text[], $7::text[]),
  $8::text[], $9::int, $10::int, $11::int,
  $12::int, $13::int, $14::int,
  $15, $16::int, $17::int,
  $18::int, $19::int, $20::text[],
  $21::int, $22::boolean, $23::int,
  $24::int, $25::int, $26::int,
  $27::int, $28::int, $29::text[],
  $30, $31, $32::int,
  $33::bigint, $34, $35::timestamptz, $36::timestamptz, $37::bigint)
ON CONFLICT (id) DO UPDATE SET
  image_uri = excluded.image_uri,
  handler_path = excluded.handler_path,
  env_vars = excluded.env_vars,
  gpu_types = excluded.gpu_types,
  gpu_count = excluded.gpu_count,
  vram_min_mib = excluded.vram_min_mib,
  timeout_seconds = excluded.timeout_seconds,
  min_workers = excluded.min_workers,
  max_workers = excluded.max_workers,
  idle_timeout_seconds = excluded.idle_timeout_seconds,
  scaler_type = excluded.scaler_type,
  scaler_value = excluded.scaler_value,
  max_retries = excluded.max_retries,
  retry_backoff_ms = excluded.retry_backoff_ms,
  retry_max_backoff_ms = excluded.retry_max_backoff_ms,
  retry_no_retry_on = excluded.retry_no_retry_on,
  queue_head_start_ms = excluded.queue_head_start_ms,
  queue_strict_priority = excluded.queue_strict_priority,
  queue_ttl_seconds = excluded.queue_ttl_seconds,
  queue_max_concurrency = excluded.queue_max_concurrency,
  queue_max_queued = excluded.queue_max_queued,
  queue_idempotency_ttl_seconds = excluded.queue_idempotency_ttl_seconds,
  init_timeout_seconds = excluded.init_timeout_seconds,
  fallback_after_seconds = excluded.fallback_after_seconds,
  task_types = excluded.task_types,
  webhook_url = excluded.webhook_url,
  webhook_format = excluded.webhook_format,
  result_retention_seconds = excluded.result_retention_seconds,
  revision = excluded.revision,
  status = excluded.status,
  updated_at = excluded.updated_at,
  change = excluded.change

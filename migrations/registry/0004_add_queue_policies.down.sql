-- What was paused runs again: a status that the earlier schema does not know.
UPDATE registry.furnace_endpoints SET status = 'active' WHERE status = 'paused';

CREATE UNIQUE INDEX furnace_endpoints_active_name
  ON registry.furnace_endpoints (project_id, name) WHERE status = 'active';
DROP INDEX registry.furnace_endpoints_live_name;

ALTER TABLE registry.furnace_endpoints
  DROP CONSTRAINT furnace_endpoints_status_check,
  ADD CONSTRAINT furnace_endpoints_status_check CHECK (status IN ('active', 'deleted')),
  DROP CONSTRAINT furnace_endpoints_backoff_check,
  DROP COLUMN retry_backoff_ms,
  DROP COLUMN retry_max_backoff_ms,
  DROP COLUMN retry_no_retry_on,
  DROP COLUMN queue_head_start_ms,
  DROP COLUMN queue_strict_priority,
  DROP COLUMN queue_ttl_seconds,
  DROP COLUMN queue_max_concurrency,
  DROP COLUMN queue_max_queued,
  DROP COLUMN queue_idempotency_ttl_seconds,
  DROP COLUMN init_timeout_seconds;

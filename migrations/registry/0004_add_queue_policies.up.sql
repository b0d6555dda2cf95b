-- How an endpoint's jobs wait and are tried again, and a pause. Endpoints from
-- before get what an EndpointSpec that leaves these fields out gets.
ALTER TABLE registry.furnace_endpoints
  ADD COLUMN retry_backoff_ms int NOT NULL DEFAULT 1000
    CHECK (retry_backoff_ms BETWEEN 0 AND 3600000),
  ADD COLUMN retry_max_backoff_ms int NOT NULL DEFAULT 60000
    CHECK (retry_max_backoff_ms BETWEEN 0 AND 86400000),
  ADD COLUMN retry_no_retry_on text[] NOT NULL DEFAULT '{}'
    CHECK (retry_no_retry_on <@ '{handler_error,handler_exited,timeout}'::text[]
      AND cardinality(retry_no_retry_on) <= 3),
  ADD COLUMN queue_head_start_ms int NOT NULL DEFAULT 60000
    CHECK (queue_head_start_ms BETWEEN 0 AND 86400000),
  ADD COLUMN queue_strict_priority boolean NOT NULL DEFAULT false,
  ADD COLUMN queue_ttl_seconds int NOT NULL DEFAULT 0
    CHECK (queue_ttl_seconds BETWEEN 0 AND 2592000),
  ADD COLUMN queue_max_concurrency int NOT NULL DEFAULT 0
    CHECK (queue_max_concurrency BETWEEN 0 AND 100000),
  ADD COLUMN queue_max_queued int NOT NULL DEFAULT 100000
    CHECK (queue_max_queued BETWEEN 1 AND 1000000),
  ADD COLUMN queue_idempotency_ttl_seconds int NOT NULL DEFAULT 86400
    CHECK (queue_idempotency_ttl_seconds BETWEEN 1 AND 2592000),
  ADD COLUMN init_timeout_seconds int NOT NULL DEFAULT 420
    CHECK (init_timeout_seconds BETWEEN 1 AND 3600),
  ADD CONSTRAINT furnace_endpoints_backoff_check
    CHECK (retry_backoff_ms <= retry_max_backoff_ms),
  DROP CONSTRAINT furnace_endpoints_status_check,
  ADD CONSTRAINT furnace_endpoints_status_check
    CHECK (status IN ('active', 'deleted', 'paused'));

-- A paused endpoint keeps its name.
CREATE UNIQUE INDEX furnace_endpoints_live_name
  ON registry.furnace_endpoints (project_id, name) WHERE status <> 'deleted';
DROP INDEX registry.furnace_endpoints_active_name;

ALTER TABLE registry.furnace_endpoints
  DROP COLUMN fallback_after_seconds,
  DROP COLUMN task_types;

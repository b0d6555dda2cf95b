-- How long jobs wait for the preferred GPU type, and the kinds of work an endpoint does.
ALTER TABLE registry.furnace_endpoints
  ADD COLUMN fallback_after_seconds int NOT NULL DEFAULT 0
    CHECK (fallback_after_seconds BETWEEN 0 AND 86400),
  ADD COLUMN task_types text[] NOT NULL DEFAULT '{}' CHECK (cardinality(task_types) <= 16);

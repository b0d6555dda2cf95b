-- How long jobs are kept after their end.
ALTER TABLE registry.furnace_endpoints
  ADD COLUMN result_retention_seconds int NOT NULL DEFAULT 604800
    CHECK (result_retention_seconds BETWEEN 60 AND 2678400);

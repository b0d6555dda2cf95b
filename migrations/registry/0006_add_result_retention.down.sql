ALTER TABLE registry.furnace_endpoints DROP COLUMN result_retention_seconds;

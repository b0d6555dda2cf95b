ALTER TABLE metering.usage_records
  RESET (autovacuum_vacuum_insert_threshold, autovacuum_vacuum_insert_scale_factor);
DROP INDEX metering.usage_records_by_end;
CREATE INDEX usage_records_by_end ON metering.usage_records (project_id, end_us);

-- All that a report reads of the records at the ends of its period is in the index, and their key,
-- by which others refer to them. An index is enough for pages that are vacuumed: let that be
-- soon, for records only ever come.
DROP INDEX metering.usage_records_by_end;
CREATE INDEX usage_records_by_end ON metering.usage_records (project_id, end_us)
  INCLUDE (job_id, epoch, start_us, endpoint_id, gpu_type, milli_gpus, kind, credited, covered,
           prices, bytes, invocation_nanos, cold_start_us);
ALTER TABLE metering.usage_records
  SET (autovacuum_vacuum_insert_threshold = 20000, autovacuum_vacuum_insert_scale_factor = 0.02);

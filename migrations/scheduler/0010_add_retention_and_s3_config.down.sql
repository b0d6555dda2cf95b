DROP INDEX scheduler.furnace_jobs_parents;
ALTER TABLE scheduler.furnace_jobs DROP COLUMN s3_config, DROP COLUMN kept_until;

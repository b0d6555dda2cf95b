ALTER TABLE scheduler.furnace_jobs DROP COLUMN progress_sequence;

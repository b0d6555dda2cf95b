ALTER TABLE scheduler.furnace_schedules DROP COLUMN attribution;
ALTER TABLE scheduler.furnace_jobs DROP COLUMN attribution;

ALTER TABLE scheduler.furnace_schedules DROP COLUMN webhook;
ALTER TABLE scheduler.furnace_jobs DROP COLUMN webhook;

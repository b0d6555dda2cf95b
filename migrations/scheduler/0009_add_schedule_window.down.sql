ALTER TABLE scheduler.furnace_schedules DROP COLUMN time_window;

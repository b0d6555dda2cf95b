-- When a schedule's jobs may start; see TimeWindow in proto/.
ALTER TABLE scheduler.furnace_schedules ADD COLUMN time_window text NOT NULL DEFAULT '';

DROP TABLE scheduler.furnace_schedules;

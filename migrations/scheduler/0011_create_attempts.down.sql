DROP TABLE scheduler.furnace_attempts;

-- Whom and what the usage of jobs is put down to: the API key, and tags.
ALTER TABLE scheduler.furnace_jobs ADD COLUMN attribution text NOT NULL DEFAULT '';
ALTER TABLE scheduler.furnace_schedules ADD COLUMN attribution text NOT NULL DEFAULT '';

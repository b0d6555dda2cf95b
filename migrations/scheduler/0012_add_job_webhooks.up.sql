-- Where a job is posted when it is final: "<format> <URL>", or '' for nowhere. Those of a
-- schedule's jobs, likewise.
ALTER TABLE scheduler.furnace_jobs ADD COLUMN webhook text NOT NULL DEFAULT '';
ALTER TABLE scheduler.furnace_schedules ADD COLUMN webhook text NOT NULL DEFAULT '';

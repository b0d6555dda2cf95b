-- DELAYED, IN_QUEUE and IN_PROGRESS jobs, for a rebuild of the queue: few of many.
CREATE INDEX furnace_jobs_unfinished ON scheduler.furnace_jobs (id) WHERE status BETWEEN 2 AND 4;

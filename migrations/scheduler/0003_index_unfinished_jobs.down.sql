DROP INDEX scheduler.furnace_jobs_unfinished;

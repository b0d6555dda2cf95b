-- How many progress reports a job has made; see Job.progress_sequence in proto/.
ALTER TABLE scheduler.furnace_jobs
  ADD COLUMN progress_sequence bigint NOT NULL DEFAULT 0 CHECK (progress_sequence >= 0);

-- A budget that is spent ends attempts: cause 6.
ALTER TABLE scheduler.furnace_jobs
  DROP CONSTRAINT furnace_jobs_cause_check,
  ADD CONSTRAINT furnace_jobs_cause_check CHECK (cause BETWEEN 0 AND 6);
ALTER TABLE scheduler.furnace_attempts
  DROP CONSTRAINT furnace_attempts_cause_check,
  ADD CONSTRAINT furnace_attempts_cause_check CHECK (cause BETWEEN 1 AND 6);

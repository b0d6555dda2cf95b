-- What a budget has ended becomes a failure of the handler's.
UPDATE scheduler.furnace_jobs SET cause = 1 WHERE cause = 6;
UPDATE scheduler.furnace_attempts SET cause = 1 WHERE cause = 6;
ALTER TABLE scheduler.furnace_jobs
  DROP CONSTRAINT furnace_jobs_cause_check,
  ADD CONSTRAINT furnace_jobs_cause_check CHECK (cause BETWEEN 0 AND 5);
ALTER TABLE scheduler.furnace_attempts
  DROP CONSTRAINT furnace_attempts_cause_check,
  ADD CONSTRAINT furnace_attempts_cause_check CHECK (cause BETWEEN 1 AND 5);

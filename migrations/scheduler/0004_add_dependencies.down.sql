ALTER TABLE scheduler.furnace_jobs
  DROP COLUMN depends_on,
  DROP COLUMN on_parent_failure,
  DROP COLUMN refers_to_outputs;

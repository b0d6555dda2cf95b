DROP INDEX registry.projects_with_quota;

ALTER TABLE registry.projects
  DROP COLUMN max_requests_per_day,
  DROP COLUMN max_concurrent_gpus,
  DROP COLUMN max_queued_jobs;

-- What a project may use at most; 0 of something: no quota.
ALTER TABLE registry.projects
  ADD COLUMN max_queued_jobs bigint NOT NULL DEFAULT 0
    CHECK (max_queued_jobs BETWEEN 0 AND 1000000000),
  ADD COLUMN max_concurrent_gpus bigint NOT NULL DEFAULT 0
    CHECK (max_concurrent_gpus BETWEEN 0 AND 1000000),
  ADD COLUMN max_requests_per_day bigint NOT NULL DEFAULT 0
    CHECK (max_requests_per_day BETWEEN 0 AND 1000000000000);

-- The scheduler asks for these every second.
CREATE INDEX projects_with_quota ON registry.projects (id)
  WHERE max_queued_jobs > 0 OR max_concurrent_gpus > 0 OR max_requests_per_day > 0;

-- Notes that a project is throttled; since when stays as first seen.
--
-- $1 project_id, $2 reason, $3 env_scope
INSERT INTO metering.throttled_projects (project_id, reason, env_scope)
VALUES ($1::uuid, $2, $3)
ON CONFLICT (project_id) DO UPDATE SET reason = excluded.reason, env_scope = excluded.env_scope

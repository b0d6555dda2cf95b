-- Throttled projects, by id.
--
-- $1 most rows
-- Returns project_id, reason, env_scope, since in microseconds.
SELECT project_id, reason, env_scope, (extract(epoch FROM since) * 1000000)::bigint
FROM metering.throttled_projects
ORDER BY project_id
LIMIT $1::int

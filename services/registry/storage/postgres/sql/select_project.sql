-- $1 id
-- Returns id, name, created_at in microseconds since the epoch.
SELECT id, name, (extract(epoch FROM created_at) * 1000000)::bigint
FROM registry.projects
WHERE id = $1::uuid

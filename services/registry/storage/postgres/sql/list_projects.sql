-- $1 most rows
-- Returns id, name, created_at in microseconds since the epoch; by name.
SELECT id, name, (extract(epoch FROM created_at) * 1000000)::bigint
FROM registry.projects
ORDER BY name
LIMIT $1::int

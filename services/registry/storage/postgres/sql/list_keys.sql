-- $1 project id, $2 most rows
-- Returns id, project id, name, prefix, role, created_at and revoked_at in
-- microseconds since the epoch; newest first. Where there are more than $2, the
-- oldest revoked ones are missing.
SELECT id, project_id, name, prefix, role,
  (extract(epoch FROM created_at) * 1000000)::bigint,
  (extract(epoch FROM revoked_at) * 1000000)::bigint
FROM (
  SELECT * FROM registry.api_keys
  WHERE project_id = $1::uuid
  ORDER BY revoked_at IS NULL DESC, created_at DESC, id DESC
  LIMIT $2::int
) AS listed
ORDER BY created_at DESC, id DESC

-- $1 project id, $2 key id, $3 revoked_at
-- A revoked key keeps the time it has. Returns what list_keys.sql does.
UPDATE registry.api_keys
SET revoked_at = coalesce(revoked_at, $3::timestamptz)
WHERE project_id = $1::uuid AND id = $2::uuid
RETURNING id, project_id, name, prefix, role,
  (extract(epoch FROM created_at) * 1000000)::bigint,
  (extract(epoch FROM revoked_at) * 1000000)::bigint

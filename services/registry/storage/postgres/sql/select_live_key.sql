-- $1 SHA-256 of the secret (bytea)
-- Returns what list_keys.sql does.
SELECT id, project_id, name, prefix, role,
  (extract(epoch FROM created_at) * 1000000)::bigint,
  (extract(epoch FROM revoked_at) * 1000000)::bigint
FROM registry.api_keys
WHERE secret_sha256 = $1::bytea AND revoked_at IS NULL

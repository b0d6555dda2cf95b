-- $1 id, $2 project id, $3 name, $4 prefix, $5 SHA-256 of the secret (bytea)
-- $6 role, $7 created_at
-- Revives the key with this hash where there is one.
INSERT INTO registry.api_keys (id, project_id, name, prefix, secret_sha256, role, created_at)
VALUES ($1::uuid, $2::uuid, $3, $4, $5::bytea, $6, $7::timestamptz)
ON CONFLICT (secret_sha256) DO UPDATE SET role = excluded.role, revoked_at = NULL

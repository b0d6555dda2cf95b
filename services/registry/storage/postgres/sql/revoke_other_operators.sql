-- $1 SHA-256 of the secret of the operator key to keep (bytea), $2 revoked_at
UPDATE registry.api_keys
SET revoked_at = $2::timestamptz
WHERE role = 'operator' AND revoked_at IS NULL AND secret_sha256 <> $1::bytea

-- $1 project id
-- Returns the number of its keys that are not revoked.
SELECT count(*) FROM registry.api_keys WHERE project_id = $1::uuid AND revoked_at IS NULL

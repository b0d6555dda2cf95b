-- $1 project id, $2 name
-- Returns the id of the project's live endpoint of this name.
SELECT id
FROM registry.furnace_endpoints
WHERE project_id = $1::uuid AND name = $2 AND status <> 'deleted'

-- $1 project id
SELECT count(*) FROM registry.furnace_endpoints
WHERE project_id = $1::uuid AND status <> 'deleted'

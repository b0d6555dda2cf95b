-- A page of the projects named to a sink, by id.
--
-- $1 sink, $2 project_id to go on after or NULL, $3 most rows
-- Returns project_id, account_id.
SELECT project_id, account_id
FROM metering.sink_projects
WHERE sink = $1 AND ($2::uuid IS NULL OR project_id > $2::uuid)
ORDER BY project_id
LIMIT $3::int

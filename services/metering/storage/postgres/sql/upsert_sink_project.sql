-- Says what a sink calls a project.
--
-- $1 sink, $2 project_id, $3 account_id
INSERT INTO metering.sink_projects (sink, project_id, account_id)
VALUES ($1, $2::uuid, $3)
ON CONFLICT (sink, project_id) DO UPDATE SET account_id = excluded.account_id

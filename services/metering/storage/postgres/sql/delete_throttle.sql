-- Notes that a project is throttled no longer.
--
-- $1 project_id
DELETE FROM metering.throttled_projects WHERE project_id = $1::uuid

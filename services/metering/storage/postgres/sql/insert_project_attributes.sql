-- Stores what is known of a project from a time on.
--
-- $1 project_id, $2 effective_from_us, $3 attributes (lines), $4 recorded_us
INSERT INTO metering.project_attributes (project_id, effective_from_us, attributes, recorded_us)
VALUES ($1::uuid, $2::bigint, $3, $4::bigint)

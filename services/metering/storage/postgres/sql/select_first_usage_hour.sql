-- The hour of a project's first usage.
--
-- $1 project_id
-- Returns it in microseconds; NULL when there is no usage.
SELECT min(hour_us) FROM metering.usage_hourly_totals WHERE project_id = $1::uuid

-- $1 endpoint
SELECT count(*) FROM scheduler.furnace_schedules WHERE endpoint_id = $1

-- $1 id, $2 project it must belong to
DELETE FROM scheduler.furnace_schedules WHERE id = $1 AND project_id = $2

-- $1 id
DELETE FROM scheduler.furnace_batches WHERE id = $1

-- $1 ids
-- Their jobs go next.
DELETE FROM scheduler.furnace_batches WHERE id = ANY($1::uuid[])

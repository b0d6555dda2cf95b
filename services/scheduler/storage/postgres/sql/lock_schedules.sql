-- $1 endpoint
-- Makes whoever else adds a schedule to the endpoint wait for the end of the transaction.
SELECT pg_advisory_xact_lock(hashtextextended('furnace_schedules ' || $1, 0))

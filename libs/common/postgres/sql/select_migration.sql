-- $1 service, $2 name of the migration
-- Returns a row when it has been applied.
SELECT 1 FROM public.furnace_migrations WHERE service = $1 AND name = $2

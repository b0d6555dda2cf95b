-- $1 service, $2 name of the migration
INSERT INTO public.furnace_migrations (service, name) VALUES ($1, $2)

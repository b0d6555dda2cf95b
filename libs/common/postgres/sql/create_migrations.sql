-- No parameters.
CREATE TABLE IF NOT EXISTS public.furnace_migrations (
  service    text NOT NULL,
  name       text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (service, name)
)

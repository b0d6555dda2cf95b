-- Lifetimes of always-on workers, in slices that end with the UTC hour: what they are billed for.
CREATE TABLE scheduler.furnace_worker_lifetimes (
  life_id     uuid NOT NULL,
  slice       int NOT NULL CHECK (slice > 0),
  worker_id   text NOT NULL,
  project_id  uuid NOT NULL,
  endpoint_id uuid NOT NULL,
  gpu_type    text NOT NULL,
  gpu_count   smallint NOT NULL CHECK (gpu_count > 0),
  started_at  timestamptz NOT NULL,
  ended_at    timestamptz NOT NULL CHECK (ended_at >= started_at),
  PRIMARY KEY (life_id, slice)
);
CREATE INDEX furnace_worker_lifetimes_ended ON scheduler.furnace_worker_lifetimes (ended_at);

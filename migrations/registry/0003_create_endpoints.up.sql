-- Endpoints: the platform PRD's furnace_endpoints, extended by what an
-- EndpointSpec holds besides. Deleted ones stay, for their bills.
CREATE TABLE registry.furnace_endpoints (
  id                   uuid PRIMARY KEY,
  project_id           uuid NOT NULL REFERENCES registry.projects (id),
  template_id          uuid REFERENCES registry.furnace_templates (id),
  name                 text COLLATE "C" NOT NULL CHECK (name ~ '^[a-z][a-z0-9-]{0,62}$'),
  image_uri            text NOT NULL CHECK (char_length(image_uri) BETWEEN 1 AND 500),
  handler_path         text NOT NULL DEFAULT 'handler.py',
  env_vars             jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(env_vars) = 'object'),
  gpu_types            text[] NOT NULL DEFAULT '{rtx4000}'
    CHECK (cardinality(gpu_types) BETWEEN 1 AND 8),
  gpu_type             text NOT NULL GENERATED ALWAYS AS (gpu_types[1]) STORED,
  gpu_count            int NOT NULL DEFAULT 1 CHECK (gpu_count BETWEEN 1 AND 16),
  vram_min_mib         int NOT NULL DEFAULT 0 CHECK (vram_min_mib BETWEEN 0 AND 1048576),
  timeout_seconds      int NOT NULL DEFAULT 300 CHECK (timeout_seconds BETWEEN 1 AND 604800),
  min_workers          int NOT NULL DEFAULT 0 CHECK (min_workers BETWEEN 0 AND 100),
  max_workers          int NOT NULL DEFAULT 10 CHECK (max_workers BETWEEN 1 AND 1000),
  idle_timeout_seconds int NOT NULL DEFAULT 5 CHECK (idle_timeout_seconds BETWEEN 1 AND 3600),
  scaler_type          text NOT NULL DEFAULT 'queue_delay'
    CHECK (scaler_type IN ('queue_delay', 'request_count')),
  scaler_value         int NOT NULL DEFAULT 4 CHECK (scaler_value BETWEEN 1 AND 3600),
  max_retries          int NOT NULL DEFAULT 0 CHECK (max_retries BETWEEN 0 AND 10),
  revision             bigint NOT NULL DEFAULT 1 CHECK (revision >= 1),
  status               text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'deleted')),
  change               bigint NOT NULL UNIQUE,
  created_at           timestamptz NOT NULL,
  updated_at           timestamptz NOT NULL,
  CHECK (min_workers <= max_workers)
);

-- A deleted endpoint gives its name free.
CREATE UNIQUE INDEX furnace_endpoints_active_name
  ON registry.furnace_endpoints (project_id, name) WHERE status = 'active';

-- Numbers the changes of endpoints: its one row holds the last number given out.
-- Not a sequence: a writer locks the row until it commits, so numbers become
-- visible in their order and a reader that follows them skips none.
CREATE TABLE registry.endpoint_change_counter (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  last     bigint NOT NULL
);

INSERT INTO registry.endpoint_change_counter (last) VALUES (0);

-- Tenants and their credentials.
CREATE SCHEMA registry;

CREATE TABLE registry.projects (
  id         uuid PRIMARY KEY,
  name       text COLLATE "C" NOT NULL UNIQUE CHECK (name ~ '^[a-z][a-z0-9-]{0,62}$'),
  created_at timestamptz NOT NULL
);

-- A key is known by the hash of its secret; the secret itself is stored nowhere.
CREATE TABLE registry.api_keys (
  id            uuid PRIMARY KEY,
  project_id    uuid NOT NULL REFERENCES registry.projects (id),
  name          text NOT NULL CHECK (char_length(name) <= 100),
  prefix        text NOT NULL CHECK (char_length(prefix) <= 10),
  secret_sha256 bytea NOT NULL UNIQUE CHECK (octet_length(secret_sha256) = 32),
  role          text NOT NULL
    CHECK (role IN ('viewer', 'runner', 'developer', 'admin', 'operator')),
  created_at    timestamptz NOT NULL,
  revoked_at    timestamptz
);

CREATE INDEX api_keys_by_project ON registry.api_keys (project_id, created_at DESC, id DESC);
CREATE INDEX api_keys_live_operators ON registry.api_keys (role)
  WHERE role = 'operator' AND revoked_at IS NULL;

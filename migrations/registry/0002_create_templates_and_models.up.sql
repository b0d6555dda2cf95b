-- What endpoints can be made from and what their handlers load. Names and columns
-- follow the platform's PRD.
CREATE TABLE registry.furnace_templates (
  id               uuid PRIMARY KEY,
  name             text COLLATE "C" NOT NULL UNIQUE CHECK (char_length(name) BETWEEN 1 AND 100),
  description      text NOT NULL DEFAULT '',
  base_image       text NOT NULL CHECK (char_length(base_image) BETWEEN 1 AND 500),
  default_gpu_type text NOT NULL DEFAULT 'rtx4000',
  default_timeout  int NOT NULL DEFAULT 300 CHECK (default_timeout BETWEEN 1 AND 604800),
  category         text NOT NULL DEFAULT '',
  tags             text[] NOT NULL DEFAULT '{}',
  is_public        boolean NOT NULL DEFAULT false,
  created_at       timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE registry.furnace_models (
  id          uuid PRIMARY KEY,
  name        text COLLATE "C" NOT NULL CHECK (char_length(name) BETWEEN 1 AND 255),
  version     text COLLATE "C" NOT NULL CHECK (char_length(version) BETWEEN 1 AND 100),
  storage_uri text NOT NULL,
  size_bytes  bigint NOT NULL CHECK (size_bytes >= 0),
  checksum    varchar(64) NOT NULL,
  model_type  text NOT NULL DEFAULT '',
  created_at  timestamptz NOT NULL DEFAULT now(),
  UNIQUE (name, version)
);

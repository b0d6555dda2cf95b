-- Where each sink stands in the outbox. Records up to `cursor` are delivered, or in one of
-- the tables below.
CREATE TABLE metering.sinks (
  name             text PRIMARY KEY CHECK (name <> ''),
  cursor_seq       bigint NOT NULL DEFAULT 0 CHECK (cursor_seq >= 0),
  owner            text NOT NULL,
  owned_until      timestamptz NOT NULL,
  failures         int NOT NULL DEFAULT 0 CHECK (failures >= 0),
  retry_at         timestamptz,
  last_error       text NOT NULL DEFAULT '',
  delivered_events bigint NOT NULL DEFAULT 0,
  delivered_at     timestamptz
) WITH (fillfactor = 50);

-- What the sink calls a project.
CREATE TABLE metering.sink_projects (
  sink       text NOT NULL,
  project_id uuid NOT NULL,
  account_id text NOT NULL CHECK (account_id <> ''),
  PRIMARY KEY (sink, project_id)
);

-- Records that wait until their project has such a name.
CREATE TABLE metering.sink_held (
  sink       text NOT NULL REFERENCES metering.sinks,
  seq        bigint NOT NULL,
  job_id     uuid NOT NULL,
  epoch      int NOT NULL,
  project_id uuid NOT NULL,
  PRIMARY KEY (sink, seq)
);
CREATE INDEX sink_held_by_project ON metering.sink_held (sink, project_id, seq);

-- Events that the sink does not take.
CREATE TABLE metering.sink_poisoned (
  sink       text NOT NULL REFERENCES metering.sinks,
  key        text NOT NULL,
  seq        bigint NOT NULL,
  job_id     uuid NOT NULL,
  epoch      int NOT NULL,
  project_id uuid NOT NULL,
  event_type text NOT NULL,
  error      text NOT NULL,
  attempts   int NOT NULL DEFAULT 1,
  first_at   timestamptz NOT NULL DEFAULT now(),
  last_at    timestamptz NOT NULL DEFAULT now(),
  redrive    boolean NOT NULL DEFAULT false,
  PRIMARY KEY (sink, key)
);
CREATE INDEX sink_poisoned_to_redrive ON metering.sink_poisoned (sink, seq) WHERE redrive;

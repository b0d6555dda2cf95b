-- Projects that Waybill wants throttled, as it last said.
CREATE TABLE metering.throttled_projects (
  project_id uuid PRIMARY KEY,
  reason     text NOT NULL,
  env_scope  text NOT NULL,
  since      timestamptz NOT NULL DEFAULT now()
);

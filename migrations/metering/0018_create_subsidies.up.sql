-- What was known of projects, from when on. Of those in force at a time the last one counts.
CREATE TABLE metering.project_attributes (
  id                bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  project_id        uuid NOT NULL,
  effective_from_us bigint NOT NULL,
  -- A line "name=value" each, by rising name.
  attributes        text NOT NULL,
  recorded_us       bigint NOT NULL
);
CREATE INDEX project_attributes_by_time
  ON metering.project_attributes (project_id, effective_from_us, id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON metering.project_attributes
  FOR EACH STATEMENT EXECUTE FUNCTION metering.refuse_change();

-- Subsidy policies, each change a row: likewise.
CREATE TABLE metering.subsidy_policies (
  version           bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  name              text NOT NULL CHECK (name <> ''),
  priority          int NOT NULL CHECK (priority >= 0),
  conditions        text[] NOT NULL,
  percent_bp        int NOT NULL CHECK (percent_bp BETWEEN 1 AND 10000),
  gpu_types         text[] NOT NULL,
  kinds             text[] NOT NULL,
  max_gpu_seconds   bigint CHECK (max_gpu_seconds > 0),
  max_nanos         bigint CHECK (max_nanos > 0),
  description       text NOT NULL,
  disabled          boolean NOT NULL,
  effective_from_us bigint NOT NULL,
  recorded_us       bigint NOT NULL
);
CREATE INDEX subsidy_policies_by_name
  ON metering.subsidy_policies (name, effective_from_us, version);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON metering.subsidy_policies
  FOR EACH STATEMENT EXECUTE FUNCTION metering.refuse_change();

-- What was decided on a project's subsidies in a period: JSON, as it was asked and answered.
CREATE TABLE metering.subsidy_decisions (
  id              bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  project_id      uuid NOT NULL,
  period_start_us bigint NOT NULL,
  period_end_us   bigint NOT NULL CHECK (period_end_us > period_start_us),
  decided_us      bigint NOT NULL,
  decider         text NOT NULL CHECK (decider IN ('local', 'opa', 'fallback')),
  note            text NOT NULL,
  input           text NOT NULL,
  result          text NOT NULL
);
CREATE INDEX subsidy_decisions_by_project ON metering.subsidy_decisions (project_id, id);
CREATE INDEX subsidy_decisions_by_period
  ON metering.subsidy_decisions (project_id, period_start_us, period_end_us, id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON metering.subsidy_decisions
  FOR EACH STATEMENT EXECUTE FUNCTION metering.refuse_change();

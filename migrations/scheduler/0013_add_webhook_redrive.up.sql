-- A webhook is tried until give_up_at; a redrive gives it more time, and waits begin anew:
-- earlier_attempts are those before it. Lists are by position, newest first.
ALTER TABLE scheduler.furnace_webhooks
  ADD COLUMN position bigint GENERATED ALWAYS AS IDENTITY,
  ADD COLUMN earlier_attempts int NOT NULL DEFAULT 0,
  ADD COLUMN give_up_at timestamptz NOT NULL DEFAULT now() + interval '24 hours';

CREATE INDEX furnace_webhooks_by_project ON scheduler.furnace_webhooks (project_id, position DESC);
CREATE INDEX furnace_webhooks_by_status
  ON scheduler.furnace_webhooks (project_id, status, position DESC) WHERE status <> 2;
CREATE INDEX furnace_webhooks_ended
  ON scheduler.furnace_webhooks (status, ended_at) WHERE status <> 1;

-- What is due is looked up by project, so that the backlog of one does not slow the others.
CREATE INDEX furnace_webhooks_due_by_project
  ON scheduler.furnace_webhooks (project_id, next_at) WHERE status = 1;
DROP INDEX scheduler.furnace_webhooks_due;

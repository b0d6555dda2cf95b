CREATE INDEX furnace_webhooks_due ON scheduler.furnace_webhooks (next_at) WHERE status = 1;
DROP INDEX scheduler.furnace_webhooks_due_by_project;
DROP INDEX scheduler.furnace_webhooks_ended;
DROP INDEX scheduler.furnace_webhooks_by_status;
DROP INDEX scheduler.furnace_webhooks_by_project;
ALTER TABLE scheduler.furnace_webhooks
  DROP COLUMN give_up_at,
  DROP COLUMN earlier_attempts,
  DROP COLUMN position;

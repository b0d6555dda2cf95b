-- $1 id, $2 project it must belong to, $3 for how long it is tried (ms)
-- Makes it pending and due. Returns the columns of WebhookFromRow in webhook_outbox.cc.
UPDATE scheduler.furnace_webhooks
SET status = 1, ended_at = NULL, next_at = now(), earlier_attempts = attempts,
  give_up_at = now() + $3::bigint * interval '1 millisecond'
WHERE id = $1 AND project_id = $2
RETURNING
  @columns/webhook.sql@

-- $1 id, $2 project it must belong to
-- Returns the columns of WebhookFromRow in webhook_outbox.cc, then the body.
SELECT
  @columns/webhook.sql@,
  body
FROM scheduler.furnace_webhooks
WHERE id = $1 AND project_id = $2

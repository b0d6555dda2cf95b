-- $1 what it is about
-- Returns the newest webhook: the columns of WebhookFromRow in webhook_outbox.cc.
SELECT
  @columns/webhook.sql@
FROM scheduler.furnace_webhooks
WHERE subject = $1
ORDER BY created_at DESC, position DESC
LIMIT 1

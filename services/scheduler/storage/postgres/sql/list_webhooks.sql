-- $1 project, $2 status or NULL, $3 what they are about or NULL, $4 only positions below it or
-- NULL, $5 most rows
-- Returns the columns of WebhookFromRow in webhook_outbox.cc, newest first.
SELECT
  @columns/webhook.sql@
FROM scheduler.furnace_webhooks
WHERE project_id = $1
  AND ($2::smallint IS NULL OR status = $2::smallint)
  AND ($3::uuid IS NULL OR subject = $3::uuid)
  AND ($4::bigint IS NULL OR position < $4::bigint)
ORDER BY position DESC
LIMIT $5::int

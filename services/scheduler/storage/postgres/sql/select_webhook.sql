-- $1 what it is about
-- Returns the newest webhook: the columns of WebhookFromRow in webhook_outbox.cc, the body
-- empty.
SELECT
  id, project_id, kind, subject, url, '', status, attempts, last_error,
  (extract(epoch FROM next_at) * 1000000)::bigint,
  (extract(epoch FROM ended_at) * 1000000)::bigint
FROM scheduler.furnace_webhooks
WHERE subject = $1
ORDER BY created_at DESC
LIMIT 1

-- $1 most rows, $2 most rows of a project, $3 projects to leave out (uuid[]), $4 when they
-- are due again (ms from now)
-- Begins an attempt of webhooks that are due; others that do the same skip them. Returns
-- the columns of WebhookFromRow in webhook_outbox.cc.
UPDATE scheduler.furnace_webhooks AS webhook
SET attempts = attempts + 1, next_at = now() + $4::bigint * interval '1 millisecond'
WHERE id IN (
  SELECT id
  FROM scheduler.furnace_webhooks
  WHERE status = 1 AND next_at <= now() AND id IN (
    SELECT id
    FROM (
      SELECT id, row_number() OVER (PARTITION BY project_id ORDER BY next_at) AS place
      FROM scheduler.furnace_webhooks
      WHERE status = 1 AND next_at <= now() AND project_id <> ALL ($3::uuid[])
    ) AS due
    WHERE place <= $2::int
  )
  ORDER BY next_at
  LIMIT $1::int
  FOR UPDATE SKIP LOCKED
)
RETURNING
  id, project_id, kind, subject, url, body, status, attempts, last_error,
  (extract(epoch FROM next_at) * 1000000)::bigint,
  (extract(epoch FROM ended_at) * 1000000)::bigint

-- $1 most rows, $2 most rows of a project, $3 projects (uuid[]) that have some on their way
-- already and $4 how many (int[]), $5 when those taken are due again (ms from now)
-- Begins an attempt of webhooks that are due; others that do the same skip them. Looks at
-- the first ones of each project only, however many are due. Returns the columns of
-- WebhookFromRow in webhook_outbox.cc, then the body and what is left of its life (us).
WITH RECURSIVE projects AS (
  (SELECT project_id FROM scheduler.furnace_webhooks
   WHERE status = 1 ORDER BY project_id LIMIT 1)
  UNION ALL
  SELECT (SELECT next.project_id FROM scheduler.furnace_webhooks AS next
          WHERE next.status = 1 AND next.project_id > projects.project_id
          ORDER BY next.project_id LIMIT 1)
  FROM projects
  WHERE projects.project_id IS NOT NULL
), due AS (
  SELECT first.id
  FROM projects
  LEFT JOIN unnest($3::uuid[], $4::int[]) AS busy (project_id, attempts) USING (project_id)
  CROSS JOIN LATERAL (
    SELECT id, row_number() OVER (ORDER BY next_at) AS place
    FROM (
      SELECT id, next_at
      FROM scheduler.furnace_webhooks
      WHERE status = 1 AND project_id = projects.project_id AND next_at <= now()
      ORDER BY next_at
      LIMIT $2::int
    ) AS oldest
  ) AS first
  WHERE first.place <= $2::int - coalesce(busy.attempts, 0)
), chosen AS MATERIALIZED (
  SELECT id
  FROM scheduler.furnace_webhooks
  WHERE id IN (SELECT id FROM due) AND status = 1 AND next_at <= now()
  ORDER BY next_at
  LIMIT $1::int
  FOR UPDATE SKIP LOCKED
)
UPDATE scheduler.furnace_webhooks
SET attempts = attempts + 1, next_at = now() + $5::bigint * interval '1 millisecond'
WHERE id IN (SELECT id FROM chosen)
RETURNING
  @columns/webhook.sql@,
  body, (extract(epoch FROM give_up_at - now()) * 1000000)::bigint

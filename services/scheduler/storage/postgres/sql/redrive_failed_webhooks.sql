-- $1 project, $2 most rows, $3 for how long they are tried (ms)
-- Makes those pending and due that were given up, the oldest.
UPDATE scheduler.furnace_webhooks
SET status = 1, ended_at = NULL, next_at = now(), earlier_attempts = attempts,
  give_up_at = now() + $3::bigint * interval '1 millisecond'
WHERE id IN (
  SELECT id
  FROM scheduler.furnace_webhooks
  WHERE project_id = $1 AND status = 3
  ORDER BY position
  LIMIT $2::int
  FOR UPDATE SKIP LOCKED
)

-- $1 how long those are kept that were delivered, $2 and those that were given up (ms),
-- $3 most rows
DELETE FROM scheduler.furnace_webhooks
WHERE id IN (
  SELECT id
  FROM scheduler.furnace_webhooks
  WHERE (status = 2 AND ended_at < now() - $1::bigint * interval '1 millisecond')
     OR (status = 3 AND ended_at < now() - $2::bigint * interval '1 millisecond')
  LIMIT $3::int
  FOR UPDATE SKIP LOCKED
)

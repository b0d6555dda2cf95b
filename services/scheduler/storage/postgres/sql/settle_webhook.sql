-- $1 id, $2 attempt, $3 status, $4 error, $5 while pending, when it is due again (ms from
-- now)
-- Ends an attempt, unless another one has begun.
UPDATE scheduler.furnace_webhooks
SET status = $3::smallint, last_error = $4,
  next_at = now() + $5::bigint * interval '1 millisecond',
  ended_at = CASE WHEN $3::smallint = 1 THEN NULL ELSE now() END
WHERE id = $1 AND attempts = $2::int AND status = 1

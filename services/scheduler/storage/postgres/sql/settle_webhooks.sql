-- $1 ids, $2 attempts, $3 statuses, $4 errors, $5 while pending, when they are due again (ms
-- from now), each an array
-- Ends attempts, unless others have begun.
UPDATE scheduler.furnace_webhooks AS webhook
SET status = ended.status, last_error = ended.error,
  next_at = now() + ended.wait * interval '1 millisecond',
  ended_at = CASE WHEN ended.status = 1 THEN NULL ELSE now() END
FROM unnest($1::text[], $2::int[], $3::smallint[], $4::text[], $5::bigint[])
  AS ended (id, attempt, status, error, wait)
WHERE webhook.id = ended.id AND webhook.attempts = ended.attempt AND webhook.status = 1

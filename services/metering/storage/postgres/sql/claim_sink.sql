-- Makes a process the owner of a sink unless another one is.
--
-- $1 name, $2 owner, $3 milliseconds to own it for
-- Returns cursor, failures, retry_at (microseconds), last_error, delivered_events,
-- delivered_at (microseconds); no row while somebody else owns it.
INSERT INTO metering.sinks AS s (name, owner, owned_until)
VALUES ($1, $2, now() + $3::bigint * interval '1 millisecond')
ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, owned_until = excluded.owned_until
WHERE s.owner = excluded.owner OR s.owned_until <= now()
RETURNING s.cursor_seq, s.failures, (extract(epoch FROM s.retry_at) * 1000000)::bigint,
  s.last_error, s.delivered_events, (extract(epoch FROM s.delivered_at) * 1000000)::bigint

-- Moves a sink's cursor and clears its failures; no row changes when the sink has another
-- owner or cursor than the caller thinks.
--
-- $1 name, $2 owner, $3 cursor before, $4 cursor, $5 events delivered
UPDATE metering.sinks
SET cursor_seq = $4::bigint, delivered_events = delivered_events + $5::bigint, failures = 0,
    retry_at = NULL, last_error = '',
    delivered_at = CASE WHEN $5::bigint > 0 THEN now() ELSE delivered_at END
WHERE name = $1 AND owner = $2 AND cursor_seq = $3::bigint

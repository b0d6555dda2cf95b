-- A page of a sink's poisoned events, by key.
--
-- $1 sink, $2 key to go on after, $3 most rows
-- Returns key, seq, job_id, epoch, project_id, event_type, error, attempts, first_at and
-- last_at in microseconds, redrive.
SELECT key, seq, job_id, epoch, project_id, event_type, error, attempts,
       (extract(epoch FROM first_at) * 1000000)::bigint,
       (extract(epoch FROM last_at) * 1000000)::bigint, redrive
FROM metering.sink_poisoned
WHERE sink = $1 AND key > $2
ORDER BY key
LIMIT $3::int

-- Records of a sink with poisoned events to send again, by rising seq.
--
-- $1 sink, $2 most events
-- Returns seq, job_id, epoch, key: a row for each event.
SELECT seq, job_id, epoch, key
FROM metering.sink_poisoned
WHERE sink = $1 AND redrive
ORDER BY seq, key
LIMIT $2::int

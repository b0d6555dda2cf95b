-- Forgets poisoned events, which have been delivered.
--
-- $1 sink, $2 key[]
DELETE FROM metering.sink_poisoned WHERE sink = $1 AND key = ANY ($2::text[])

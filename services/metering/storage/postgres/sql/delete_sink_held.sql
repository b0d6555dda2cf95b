-- Holds records no longer.
--
-- $1 sink, $2 seq[]
DELETE FROM metering.sink_held WHERE sink = $1 AND seq = ANY ($2::bigint[])

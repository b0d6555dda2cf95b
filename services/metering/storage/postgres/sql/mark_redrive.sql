-- Marks poisoned events of a sink to be sent again.
--
-- $1 sink, $2 key[], or NULL: all
UPDATE metering.sink_poisoned SET redrive = true
WHERE sink = $1 AND ($2::text[] IS NULL OR key = ANY ($2::text[]))

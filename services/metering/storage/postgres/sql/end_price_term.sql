-- Ends a term with a month, unless it ends before.
--
-- $1 id, $2 until_us
UPDATE metering.price_terms
SET until_us = greatest(from_us, least(until_us, $2::bigint))
WHERE id = $1::bigint

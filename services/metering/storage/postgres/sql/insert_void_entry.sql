-- Takes back what is left of a grant; nothing when nothing is.
--
-- $1 grant_id, $2 reason, $3 recorded_us
INSERT INTO metering.credit_entries (grant_id, kind, amount_atto, reference, recorded_us)
SELECT $1::uuid, 'void', -sum(amount_atto), $2, $3::bigint
FROM metering.credit_entries
WHERE grant_id = $1::uuid
HAVING sum(amount_atto) > 0

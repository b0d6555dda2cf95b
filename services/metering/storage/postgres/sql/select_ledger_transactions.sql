-- A project's transactions by number.
--
-- $1 project_id, $2 number to go on after, $3 most rows
-- Returns number, recorded_us, reason, reference, records, root and hash in hexadecimal digits.
SELECT number, recorded_us, reason, reference, records, encode(root, 'hex'), encode(hash, 'hex')
FROM metering.ledger_transactions
WHERE project_id = $1::uuid AND number > $2::bigint
ORDER BY number
LIMIT $3::int

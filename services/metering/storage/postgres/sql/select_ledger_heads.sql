-- The last transaction of each project that has one.
--
-- $1 project_id[]
-- Returns project_id, number, hash in hexadecimal digits.
SELECT p.project_id, t.number, encode(t.hash, 'hex')
FROM unnest($1::uuid[]) AS p (project_id)
CROSS JOIN LATERAL (
  SELECT number, hash FROM metering.ledger_transactions AS t
  WHERE t.project_id = p.project_id
  ORDER BY number DESC
  LIMIT 1
) AS t

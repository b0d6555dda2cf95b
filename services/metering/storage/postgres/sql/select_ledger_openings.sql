-- Projects whose records of before the chain are not all booked yet.
--
-- No parameters.
-- Returns project_id, transactions.
SELECT o.project_id, o.transactions
FROM metering.ledger_openings AS o
WHERE NOT EXISTS (
  SELECT FROM metering.ledger_transactions AS t
  WHERE t.project_id = o.project_id AND t.number = o.transactions)

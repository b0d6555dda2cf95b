-- A project's corrections by transaction.
--
-- $1 project_id, $2 first and $3 last transaction, $4 job_id or NULL, $5 most rows
-- Returns the columns of parts/correction_columns.sql.
SELECT
@parts/correction_columns.sql@
FROM metering.corrections AS c
JOIN metering.ledger_transactions AS t
  ON t.project_id = c.project_id AND t.number = c.transaction
WHERE c.project_id = $1::uuid AND c.transaction BETWEEN $2::bigint AND $3::bigint
  AND ($4::uuid IS NULL OR c.job_id = $4::uuid)
ORDER BY c.transaction
LIMIT $5::int

-- A correction by its id.
--
-- $1 project_id, $2 id
-- Returns the columns of parts/correction_columns.sql.
SELECT
@parts/correction_columns.sql@
FROM metering.corrections AS c
JOIN metering.ledger_transactions AS t
  ON t.project_id = c.project_id AND t.number = c.transaction
WHERE c.project_id = $1::uuid AND c.id = $2::uuid

-- A project's records that were rated again, by the place of that.
--
-- $1 project_id, $2 first transaction, $3 first position in it, $4 last transaction,
-- $5 job_id or NULL, $6 most rows
-- Returns the columns of parts/bill_columns.sql, then transaction, position, recorded_us,
-- prices_before, prices_after, invocation_before, invocation_after.
SELECT
@parts/bill_columns.sql@,
       n.transaction, n.position, t.recorded_us, n.prices_before, n.prices_after,
       n.invocation_before, n.invocation_after
FROM metering.reratings AS n
JOIN metering.usage_records AS r USING (job_id, epoch)
JOIN metering.ledger_transactions AS t
  ON t.project_id = n.project_id AND t.number = n.transaction
WHERE n.project_id = $1::uuid AND n.transaction BETWEEN $2::bigint AND $4::bigint
  AND (n.transaction > $2::bigint OR n.position >= $3::int)
  AND ($5::uuid IS NULL OR n.job_id = $5::uuid)
ORDER BY n.transaction, n.position
LIMIT $6::int

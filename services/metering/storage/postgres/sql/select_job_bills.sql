-- A job's records, by transaction and place.
--
-- $1 project_id, $2 job_id, $3 first transaction, $4 first position in it, $5 most rows
-- Returns the columns of parts/bill_columns.sql.
SELECT
@parts/bill_columns.sql@
FROM metering.usage_records AS r
WHERE r.job_id = $2::uuid AND r.project_id = $1::uuid
  AND (r.transaction > $3::bigint OR (r.transaction = $3::bigint AND r.position >= $4::int))
ORDER BY r.transaction, r.position
LIMIT $5::int

-- Records of a project by transaction and place, from a place on.
--
-- $1 project_id, $2 first transaction, $3 first position in it, $4 last transaction,
-- $5 most rows
-- Returns the columns of parts/bill_columns.sql.
SELECT
@parts/bill_columns.sql@
FROM metering.usage_records AS r
WHERE r.project_id = $1::uuid AND r.transaction BETWEEN $2::bigint AND $4::bigint
  AND (r.transaction > $2::bigint OR r.position >= $3::int)
ORDER BY r.transaction, r.position
LIMIT $5::int

-- Records with time or an end in a period, at the prices that they have now, by place.
--
-- $1 project_id, $2 from_us, $3 to_us, $4 transaction and $5 position to go on after,
-- $6 most rows
-- Returns the columns of parts/bill_columns.sql.
SELECT
@parts/bill_columns.sql@
FROM metering.rated_records AS r
WHERE r.project_id = $1::uuid AND r.end_us >= $2::bigint AND r.start_us < $3::bigint
  AND (r.transaction, r.position) > ($4::bigint, $5::int)
ORDER BY r.transaction, r.position
LIMIT $6::int

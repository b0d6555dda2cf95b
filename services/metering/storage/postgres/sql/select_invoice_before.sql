-- The last of a project's invoices whose period ends at a time or earlier.
--
-- $1 project_id, $2 the time in microseconds
-- Returns the columns of parts/invoice_columns.sql; no row when there is none.
SELECT
@parts/invoice_columns.sql@
FROM metering.invoices AS i
WHERE i.project_id = $1::uuid AND i.period_end_us <= $2::bigint
ORDER BY i.period_end_us DESC
LIMIT 1

-- A project's invoices by falling number.
--
-- $1 project_id, $2 numbers below, $3 most rows
-- Returns the columns of parts/invoice_columns.sql.
SELECT
@parts/invoice_columns.sql@
FROM metering.invoices AS i
WHERE i.project_id = $1::uuid AND i.number < $2::bigint
ORDER BY i.number DESC
LIMIT $3::int

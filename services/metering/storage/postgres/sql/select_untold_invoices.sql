-- Invoices that are to be told of, by project and number.
--
-- $1 project_id (NULL: of all), $2 most rows
-- Returns project_id, invoice_id.
SELECT project_id, invoice_id
FROM metering.untold_invoices
WHERE $1::uuid IS NULL OR project_id = $1::uuid
ORDER BY project_id, number
LIMIT $2::int

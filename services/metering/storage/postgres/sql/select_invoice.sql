-- An invoice of a project.
--
-- $1 project_id, $2 id
-- Returns the columns of parts/invoice_columns.sql; no row when there is none.
SELECT
@parts/invoice_columns.sql@
FROM metering.invoices AS i
WHERE i.project_id = $1::uuid AND i.id = $2::uuid

-- Notes that an invoice is to be told of.
--
-- $1 invoice_id, $2 project_id, $3 number
INSERT INTO metering.untold_invoices (invoice_id, project_id, number)
VALUES ($1::uuid, $2::uuid, $3::bigint)

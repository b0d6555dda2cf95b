-- Notes that an invoice has been told of.
--
-- $1 invoice_id
DELETE FROM metering.untold_invoices WHERE invoice_id = $1::uuid

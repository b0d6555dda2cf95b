-- The lines of an invoice, in their order.
--
-- $1 invoice_id
-- Returns section, kind, endpoint_id, gpu_type, reference, description, price_nanos, quantity,
-- used_from_us, used_to_us, amount_atto, amount_nanos.
SELECT section, kind, endpoint_id, gpu_type, reference, description, price_nanos, quantity,
       used_from_us, used_to_us, amount_atto, amount_nanos
FROM metering.invoice_lines
WHERE invoice_id = $1::uuid
ORDER BY position

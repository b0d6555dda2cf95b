-- The entries of a project's transactions, in the order of the canonical texts.
--
-- $1 project_id, $2 first and $3 last number
-- Returns number, account, kind, endpoint_id, gpu_type, price_nanos, quantity, amount_atto.
SELECT number, account, kind, endpoint_id, gpu_type, price_nanos, quantity, amount_atto
FROM metering.ledger_entries
WHERE project_id = $1::uuid AND number BETWEEN $2::bigint AND $3::bigint
ORDER BY number, position

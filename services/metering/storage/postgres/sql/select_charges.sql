-- The customer lines of the transactions that a project's ledger got in a period, summed.
--
-- $1 project_id, $2 start_us, $3 end_us, $4 most rows
-- Returns kind, endpoint_id or NULL, gpu_type, price_nanos or NULL, quantity, amount_atto.
SELECT e.kind, e.endpoint_id, e.gpu_type, e.price_nanos, sum(e.quantity), sum(e.amount_atto)
FROM metering.ledger_transactions AS t
JOIN metering.ledger_entries AS e USING (project_id, number)
WHERE t.project_id = $1::uuid AND t.recorded_us >= $2::bigint AND t.recorded_us < $3::bigint
  AND e.account = 'customer'
GROUP BY e.kind, e.endpoint_id, e.gpu_type, e.price_nanos
ORDER BY e.kind, e.endpoint_id, e.gpu_type, e.price_nanos
LIMIT $4::int

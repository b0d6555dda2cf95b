-- A page of a project's customer lines, by rising id.
--
-- $1 project_id, $2 job_id or NULL, $3 id to go on after, $4 most rows
-- Returns id, recorded_at in microseconds, job_id, epoch, endpoint_id, gpu_type,
-- kind, amount_atto, start_us, end_us, gpu_milli_us, unit_price_nanos.
SELECT e.id, (extract(epoch FROM t.recorded_at) * 1000000)::bigint, t.job_id, t.epoch,
       t.endpoint_id, t.gpu_type, e.kind, e.amount_atto, e.start_us, e.end_us, e.gpu_milli_us,
       e.unit_price_nanos
FROM metering.ledger_entries AS e
JOIN metering.ledger_transactions AS t ON t.id = e.transaction_id
WHERE e.project_id = $1::uuid AND e.account = 'customer' AND e.id > $3::bigint
  AND ($2::uuid IS NULL OR (t.project_id = $1::uuid AND t.job_id = $2::uuid))
ORDER BY e.id
LIMIT $4::int

-- Adds a ledger transaction for each record, with its entries.
--
-- $1 job_id[], $2 epoch[] of records added before in this transaction.
-- The entries: $3 job_id[], $4 epoch[], $5 account[], $6 kind[], $7 amount_atto[],
-- $8 start_us[], $9 end_us[], $10 gpu_milli_us[], $11 unit_price_nanos[]
WITH transactions AS (
  INSERT INTO metering.ledger_transactions (project_id, job_id, epoch, endpoint_id, gpu_type)
  SELECT r.project_id, r.job_id, r.epoch, r.endpoint_id, r.gpu_type
  FROM unnest($1::uuid[], $2::int[]) WITH ORDINALITY AS key (job_id, epoch, position)
  JOIN metering.usage_records AS r USING (job_id, epoch)
  ORDER BY key.position
  RETURNING id, project_id, job_id, epoch
)
INSERT INTO metering.ledger_entries
  (project_id, transaction_id, account, kind, amount_atto, start_us, end_us, gpu_milli_us,
   unit_price_nanos)
SELECT t.project_id, t.id, e.account, e.kind, e.amount_atto, e.start_us, e.end_us,
       e.gpu_milli_us, e.unit_price_nanos
FROM unnest($3::uuid[], $4::int[], $5::metering.account[], $6::metering.entry_kind[],
            $7::numeric[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[])
  WITH ORDINALITY
  AS e (job_id, epoch, account, kind, amount_atto, start_us, end_us, gpu_milli_us,
        unit_price_nanos, position)
LEFT JOIN transactions AS t USING (job_id, epoch)
ORDER BY e.position

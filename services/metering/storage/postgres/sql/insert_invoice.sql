-- Adds an invoice, unless it does not come next: by number, period and cut. Whoever adds has
-- the project's lock.
--
-- $1 id, $2 project_id, $3 number, $4 period_start_us, $5 period_end_us, $6 last_transaction,
-- $7 open_from, $8 ledger_hash (hexadecimal digits), $9 made_us, $10 issuer,
-- $11 charges_nanos, $12 adjustments_nanos, $13 total_nanos, $14 due_cents
WITH last AS (
  SELECT number, period_end_us, last_transaction
  FROM metering.invoices
  WHERE project_id = $2::uuid
  ORDER BY number DESC
  LIMIT 1
)
INSERT INTO metering.invoices
  (id, project_id, number, period_start_us, period_end_us, last_transaction, open_from,
   ledger_hash, made_us, issuer, charges_nanos, adjustments_nanos, total_nanos, due_cents)
SELECT $1::uuid, $2::uuid, $3::bigint, $4::bigint, $5::bigint, $6::bigint, $7::bigint,
       decode($8, 'hex'), $9::bigint, $10, $11::bigint, $12::bigint, $13::bigint, $14::bigint
WHERE CASE WHEN EXISTS (SELECT FROM last)
      THEN (SELECT $3::bigint = number + 1 AND $4::bigint = period_end_us
                   AND $6::bigint >= last_transaction FROM last)
      ELSE $3::bigint = 1 END

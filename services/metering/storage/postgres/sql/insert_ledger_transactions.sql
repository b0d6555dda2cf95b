-- Adds transactions with their entries.
--
-- $1 project_id[], $2 number[], $3 recorded_us[], $4 reason[], $5 reference[], $6 records[],
-- $7 root[], $8 hash[] (hexadecimal digits)
-- The entries: $9 project_id[], $10 number[], $11 position[], $12 account[], $13 kind[],
-- $14 endpoint_id[] (NULL: none), $15 gpu_type[], $16 price_nanos[] (NULL: none),
-- $17 quantity[], $18 amount_atto[]
WITH transactions AS (
  INSERT INTO metering.ledger_transactions
    (project_id, number, recorded_us, reason, reference, records, root, hash)
  SELECT project_id, number, recorded_us, reason, reference, records, decode(root, 'hex'),
         decode(hash, 'hex')
  FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::int[],
              $7::text[], $8::text[])
    AS t (project_id, number, recorded_us, reason, reference, records, root, hash)
)
INSERT INTO metering.ledger_entries
  (project_id, number, position, account, kind, endpoint_id, gpu_type, price_nanos, quantity,
   amount_atto)
SELECT *
FROM unnest($9::uuid[], $10::bigint[], $11::int[], $12::metering.account[],
            $13::metering.entry_kind[], $14::uuid[], $15::text[], $16::bigint[], $17::numeric[],
            $18::numeric[])

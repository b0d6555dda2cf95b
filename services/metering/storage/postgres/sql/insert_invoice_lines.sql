-- Adds the lines of an invoice.
--
-- $1 invoice_id, $2 position[], $3 section[], $4 kind[], $5 endpoint_id[], $6 gpu_type[],
-- $7 reference[], $8 description[], $9 price_nanos[] (NULL: none), $10 quantity[],
-- $11 used_from_us[], $12 used_to_us[], $13 amount_atto[], $14 amount_nanos[]
INSERT INTO metering.invoice_lines
  (invoice_id, position, section, kind, endpoint_id, gpu_type, reference, description,
   price_nanos, quantity, used_from_us, used_to_us, amount_atto, amount_nanos)
SELECT $1::uuid, l.*
FROM unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::bigint[], $10::numeric[], $11::bigint[], $12::bigint[], $13::numeric[],
            $14::bigint[]) AS l

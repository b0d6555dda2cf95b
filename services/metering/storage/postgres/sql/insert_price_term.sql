-- Adds a term.
--
-- $1 kind, $2 unit, $3 gpu_type, $4 project_id or NULL: all, $5 quantity, $6 nanos,
-- $7 tier_from[], $8 tier_nanos[], $9 from_us, $10 until_us or NULL, $11 description
-- Returns id.
INSERT INTO metering.price_terms
  (kind, unit, gpu_type, project_id, quantity, nanos, tier_from, tier_nanos, from_us, until_us,
   description)
VALUES ($1::metering.term_kind, $2::metering.price_unit, $3, $4::uuid, $5::bigint, $6::bigint,
        $7::bigint[], $8::bigint[], $9::bigint, $10::bigint, $11)
RETURNING id

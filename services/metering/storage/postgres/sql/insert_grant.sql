-- Stores a grant.
--
-- $1 id, $2 project_id, $3 amount_nanos, $4 priority, $5 valid_from_us, $6 valid_until_us,
-- $7 endpoint_ids, $8 gpu_types, $9 kinds, $10 reason, $11 idempotency_key or NULL,
-- $12 created_us
INSERT INTO metering.credit_grants
  (id, project_id, amount_nanos, priority, valid_from_us, valid_until_us, endpoint_ids, gpu_types,
   kinds, reason, idempotency_key, created_us)
VALUES ($1::uuid, $2::uuid, $3::bigint, $4::int, $5::bigint, $6::bigint, $7::uuid[], $8::text[],
        $9::text[], $10, $11, $12::bigint)

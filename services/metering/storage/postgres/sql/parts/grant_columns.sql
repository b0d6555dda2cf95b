-- A grant g and what became of it: id, project_id, amount_nanos, priority, valid_from_us,
-- valid_until_us, endpoint_ids, gpu_types and kinds (by commas), reason, idempotency_key,
-- created_us; used, voided, expired and remaining in atto-dollars.
SELECT g.id, g.project_id, g.amount_nanos, g.priority, g.valid_from_us, g.valid_until_us,
       array_to_string(g.endpoint_ids, ','), array_to_string(g.gpu_types, ','),
       array_to_string(g.kinds, ','), g.reason, coalesce(g.idempotency_key, ''), g.created_us,
       e.used, e.voided, e.expired, e.remaining
FROM metering.credit_grants AS g
CROSS JOIN LATERAL (
  SELECT coalesce(-sum(amount_atto) FILTER (WHERE kind = 'use'), 0) AS used,
         coalesce(-sum(amount_atto) FILTER (WHERE kind = 'void'), 0) AS voided,
         coalesce(-sum(amount_atto) FILTER (WHERE kind = 'expiry'), 0) AS expired,
         coalesce(sum(amount_atto), 0) AS remaining
  FROM metering.credit_entries
  WHERE grant_id = g.id
) AS e

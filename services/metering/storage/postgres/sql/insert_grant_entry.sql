-- Books a new grant.
--
-- $1 id, $2 amount_nanos, $3 created_us
INSERT INTO metering.credit_entries (grant_id, kind, amount_atto, reference, recorded_us)
VALUES ($1::uuid, 'grant', $2::numeric * 1000000000, '', $3::bigint)

-- Stores a policy from a time on.
--
-- $1 name, $2 priority, $3 conditions, $4 percent_bp, $5 gpu_types, $6 kinds,
-- $7 max_gpu_seconds or NULL, $8 max_nanos or NULL, $9 description, $10 disabled,
-- $11 effective_from_us, $12 recorded_us
-- Returns version.
INSERT INTO metering.subsidy_policies
  (name, priority, conditions, percent_bp, gpu_types, kinds, max_gpu_seconds, max_nanos,
   description, disabled, effective_from_us, recorded_us)
VALUES ($1, $2::int, $3::text[], $4::int, $5::text[], $6::text[], $7::bigint, $8::bigint, $9,
        $10::boolean, $11::bigint, $12::bigint)
RETURNING version

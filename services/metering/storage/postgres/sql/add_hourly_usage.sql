-- Adds to the sums of hours, in the order of their keys, so that calls which add
-- to the same hours wait for each other and do not deadlock.
--
-- $1 project_id[], $2 hour_us[], $3 endpoint_id[], $4 gpu_type[], $5 gpu_milli_us[],
-- $6 credited_gpu_milli_us[], $7 unpriced_gpu_milli_us[], $8 invocations[],
-- $9 cold_start_us[], $10 covered_gpu_milli_us[], $11 byte_us[], $12 cost_atto[],
-- $13 first_us[], $14 last_us[]
INSERT INTO metering.usage_hourly AS h
  (project_id, hour_us, endpoint_id, gpu_type, gpu_milli_us, credited_gpu_milli_us,
   unpriced_gpu_milli_us, invocations, cold_start_us, covered_gpu_milli_us, byte_us, cost_atto,
   first_us, last_us)
SELECT *
FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::bigint[], $6::bigint[],
            $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::numeric[],
            $12::numeric[], $13::bigint[], $14::bigint[])
ORDER BY 1, 2, 3, 4
ON CONFLICT (project_id, hour_us, endpoint_id, gpu_type) DO UPDATE
SET gpu_milli_us = h.gpu_milli_us + excluded.gpu_milli_us,
    credited_gpu_milli_us = h.credited_gpu_milli_us + excluded.credited_gpu_milli_us,
    unpriced_gpu_milli_us = h.unpriced_gpu_milli_us + excluded.unpriced_gpu_milli_us,
    invocations = h.invocations + excluded.invocations,
    cold_start_us = h.cold_start_us + excluded.cold_start_us,
    covered_gpu_milli_us = h.covered_gpu_milli_us + excluded.covered_gpu_milli_us,
    byte_us = h.byte_us + excluded.byte_us,
    cost_atto = h.cost_atto + excluded.cost_atto,
    first_us = least(h.first_us, excluded.first_us),
    last_us = greatest(h.last_us, excluded.last_us)

-- Adds to the sums of hours, by API key and over all keys, in the order of what they are by, so that
-- calls which add to the same hours wait for each other and do not deadlock.
--
-- $1 project_id[], $2 hour_us[], $3 endpoint_id[], $4 gpu_type[], $5 api_key_id[],
-- $6 gpu_milli_us[], $7 credited_gpu_milli_us[], $8 unpriced_gpu_milli_us[], $9 invocations[],
-- $10 cold_start_us[], $11 covered_gpu_milli_us[], $12 byte_us[], $13 tokens[], $14 cost_atto[],
-- $15 first_us[], $16 last_us[]
WITH given AS (
  SELECT *
  FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::bigint[],
              $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[],
              $12::numeric[], $13::numeric[], $14::numeric[], $15::bigint[], $16::bigint[])
    AS given (project_id, hour_us, endpoint_id, gpu_type, api_key_id, gpu_milli_us,
              credited_gpu_milli_us, unpriced_gpu_milli_us, invocations, cold_start_us,
              covered_gpu_milli_us, byte_us, tokens, cost_atto, first_us, last_us)
), by_key AS (
  INSERT INTO metering.usage_hourly AS h
    (project_id, hour_us, endpoint_id, gpu_type, api_key_id, gpu_milli_us, credited_gpu_milli_us,
     unpriced_gpu_milli_us, invocations, cold_start_us, covered_gpu_milli_us, byte_us, tokens,
     cost_atto, first_us, last_us)
  SELECT * FROM given ORDER BY 1, 2, 3, 4, 5
  ON CONFLICT (project_id, hour_us, endpoint_id, gpu_type, api_key_id) DO UPDATE
@parts/hourly_sums.sql@
)
INSERT INTO metering.usage_hourly_totals AS h
  (project_id, hour_us, endpoint_id, gpu_type, gpu_milli_us, credited_gpu_milli_us,
   unpriced_gpu_milli_us, invocations, cold_start_us, covered_gpu_milli_us, byte_us, tokens,
   cost_atto, first_us, last_us)
SELECT project_id, hour_us, endpoint_id, gpu_type, sum(gpu_milli_us), sum(credited_gpu_milli_us),
       sum(unpriced_gpu_milli_us), sum(invocations), sum(cold_start_us),
       sum(covered_gpu_milli_us), sum(byte_us), sum(tokens), sum(cost_atto), min(first_us),
       max(last_us)
FROM given
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4
ON CONFLICT (project_id, hour_us, endpoint_id, gpu_type) DO UPDATE
@parts/hourly_sums.sql@

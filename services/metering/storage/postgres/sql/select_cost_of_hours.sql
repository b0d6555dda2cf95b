-- Sums costs from the hourly sums: those by API key only where keys are asked for, for they are many.
--
-- $1 project_id, $2 from_us, $3 to_us (whole hours)
-- $4 endpoint_id or NULL, $5 gpu_type or NULL, $6 api_key_id or NULL: only these
-- $7 to $14: see parts/cost_keys.sql, of which only the first four can be asked for
-- $15 to $17: see parts/cost_groups.sql
-- Returns is_total, the keys (NULL unless grouped by) and the sums; the total is the last row.
WITH hours AS (
  SELECT hour_us, endpoint_id, gpu_type, api_key_id, NULL::metering.usage_kind AS kind,
         NULL::text AS worker_id, NULL::text AS tag_value, NULL::uuid AS job_id, gpu_milli_us,
         credited_gpu_milli_us, unpriced_gpu_milli_us, invocations, cold_start_us,
         covered_gpu_milli_us, byte_us, tokens, cost_atto
  FROM metering.usage_hourly
  WHERE ($10::boolean OR $6::text IS NOT NULL)
    AND project_id = $1::uuid AND hour_us >= $2::bigint AND hour_us < $3::bigint
    AND ($4::uuid IS NULL OR endpoint_id = $4::uuid) AND ($5::text IS NULL OR gpu_type = $5::text)
    AND ($6::text IS NULL OR api_key_id = $6::text)
  UNION ALL
  SELECT hour_us, endpoint_id, gpu_type, '', NULL, NULL, NULL, NULL, gpu_milli_us,
         credited_gpu_milli_us, unpriced_gpu_milli_us, invocations, cold_start_us,
         covered_gpu_milli_us, byte_us, tokens, cost_atto
  FROM metering.usage_hourly_totals
  WHERE NOT ($10::boolean OR $6::text IS NOT NULL)
    AND project_id = $1::uuid AND hour_us >= $2::bigint AND hour_us < $3::bigint
    AND ($4::uuid IS NULL OR endpoint_id = $4::uuid) AND ($5::text IS NULL OR gpu_type = $5::text)
), keyed AS (
  SELECT
@parts/cost_keys.sql@
         gpu_milli_us, credited_gpu_milli_us, unpriced_gpu_milli_us, invocations, cold_start_us,
         covered_gpu_milli_us, byte_us, tokens, cost_atto, 0 AS jobs
  FROM hours
),
@parts/cost_groups.sql@

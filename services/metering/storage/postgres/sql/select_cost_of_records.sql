-- Sums costs from the records: their pieces by the hour, and what counts when they end. Of
-- storage, each piece's cost is rounded half to even; a GB-month is 730 hours.
--
-- $1 project_id, $2 from_us, $3 to_us (whole hours)
-- $4 endpoint_id or NULL, $5 gpu_type or NULL, $6 api_key_id or NULL: only these
-- $7 to $14: see parts/cost_keys.sql; $15 to $17: see parts/cost_groups.sql
-- $18 kind or NULL, $19 worker_id or NULL, $20 "name=value" of a tag or NULL: only these
-- $21 "name=" of the tag that tag_value is of, or NULL
-- Returns what select_cost_of_hours.sql does.
WITH records AS NOT MATERIALIZED (
  SELECT r.*, (
           SELECT substr(line, length($21::text) + 1)
           FROM string_to_table(CASE WHEN $13::boolean THEN r.tags ELSE '' END, E'\n') AS line
           WHERE starts_with(line, $21::text)
         ) AS tag_value
  FROM metering.rated_records AS r
  WHERE r.project_id = $1::uuid AND r.end_us >= $2::bigint AND r.start_us < $3::bigint
    -- No record is longer: the index knows the end.
    AND r.end_us < $3::bigint + 691200000000
    AND ($4::uuid IS NULL OR r.endpoint_id = $4::uuid)
    AND ($5::text IS NULL OR r.gpu_type = $5::text)
    AND ($6::text IS NULL OR r.api_key_id = $6::text)
    AND ($18::metering.usage_kind IS NULL OR r.kind = $18::metering.usage_kind
         OR ($18::metering.usage_kind = 'attempt' AND r.kind IN ('part', 'refund')))
    AND ($19::text IS NULL OR r.worker_id = $19::text)
    AND ($20::text IS NULL OR $20::text = ANY (string_to_array(r.tags, E'\n')))
), touched AS (
  -- Parts count with their attempts.
  SELECT h.hour_us, r.endpoint_id, r.gpu_type, r.api_key_id,
         CASE WHEN r.kind IN ('part', 'refund') THEN 'attempt' ELSE r.kind END AS kind,
         r.kind = 'refund' AS refund, r.worker_id, r.tag_value, r.job_id,
         r.credited, r.covered, r.milli_gpus, r.bytes, r.prices[h.n::int] AS price_nanos,
         least(r.end_us, h.hour_us + 3600000000) - greatest(r.start_us, h.hour_us) AS span_us,
         NULL::bigint AS invocation_nanos, 0::bigint AS cold_start_us, 0::bigint AS tokens,
         false AS ended, false AS is_first
  FROM records AS r
  CROSS JOIN LATERAL generate_series(r.start_us - r.start_us % 3600000000, r.end_us - 1,
                                     3600000000) WITH ORDINALITY AS h (hour_us, n)
  WHERE r.end_us > r.start_us AND h.hour_us >= $2::bigint AND h.hour_us < $3::bigint
  UNION ALL
  SELECT end_us - end_us % 3600000000, endpoint_id, gpu_type, api_key_id,
         CASE WHEN kind = 'part' THEN 'attempt' ELSE kind END, false, worker_id, tag_value, job_id,
         credited, covered, 0, 0, NULL, 0, invocation_nanos, cold_start_us, tokens, kind <> 'part',
         kind = 'attempt' AND epoch % 1000000 = 1
  FROM records
  WHERE end_us < $3::bigint AND (kind = 'attempt' OR cold_start_us > 0)
), named AS (
  SELECT
@parts/cost_keys.sql@
         kind = 'storage' AS stored, ended AND kind = 'attempt' AND NOT credited AS invoked,
         is_first, refund, credited, covered, milli_gpus, bytes, price_nanos, span_us,
         invocation_nanos, cold_start_us, tokens,
         CASE WHEN kind = 'storage' THEN coalesce(price_nanos, 0)::numeric * span_us * bytes
         END AS charge
  FROM touched
), summed AS (
  -- By price first, so that only sums are multiplied.
  SELECT time_us, endpoint_id, gpu_type, api_key_id, kind, worker_id, tag_value, job_id, stored,
         refund, credited, covered, price_nanos, invocation_nanos,
         sum(span_us * milli_gpus) AS held,
         sum(span_us::numeric * bytes) FILTER (WHERE stored) AS byte_us,
         sum(div(charge, 2628000000000)
               + CASE WHEN 2 * mod(charge, 2628000000000) + mod(div(charge, 2628000000000), 2)
                           > 2628000000000 THEN 1 ELSE 0 END)
           FILTER (WHERE stored) AS stored_atto,
         count(*) FILTER (WHERE invoked) AS invocations, sum(cold_start_us) AS cold_start_us,
         sum(tokens) FILTER (WHERE invoked) AS tokens, count(*) FILTER (WHERE is_first) AS jobs
  FROM named
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
), keyed AS (
  SELECT time_us, endpoint_id, gpu_type, api_key_id, kind, worker_id, tag_value, job_id,
         CASE WHEN refund THEN -held WHEN covered OR credited THEN 0 ELSE held END
           AS gpu_milli_us,
         CASE WHEN credited AND NOT covered THEN held ELSE 0 END AS credited_gpu_milli_us,
         CASE WHEN covered OR price_nanos IS NOT NULL THEN 0 WHEN refund THEN -held
              WHEN credited THEN 0 ELSE held END AS unpriced_gpu_milli_us,
         invocations, cold_start_us, CASE WHEN covered THEN held ELSE 0 END AS covered_gpu_milli_us,
         coalesce(byte_us, 0) AS byte_us, tokens,
         coalesce(stored_atto, CASE WHEN refund THEN -coalesce(price_nanos, 0) * held
                                    WHEN credited OR covered THEN 0
                                    ELSE coalesce(price_nanos, 0) * held END)
           + coalesce(invocation_nanos, 0)::numeric * 1000000000 * invocations AS cost_atto,
         jobs
  FROM summed
),
@parts/cost_groups.sql@

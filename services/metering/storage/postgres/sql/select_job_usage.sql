-- Sums the usage of one job, cut to the microsecond.
--
-- $1 project_id
-- $2, $3 the period, from and to (us)
-- $4 endpoint_id or NULL
-- $5 by hour, $6 by endpoint, $7 by GPU type (boolean)
-- $8 most rows
-- $9 job_id
-- Returns what select_usage.sql does.
WITH records AS (
  SELECT *
  FROM metering.rated_records
  WHERE job_id = $9::uuid AND project_id = $1::uuid
    AND end_us >= $2::bigint AND start_us <= $3::bigint
    AND ($4::uuid IS NULL OR endpoint_id = $4::uuid)
), touched AS (
  SELECT h.hour_us, r.endpoint_id, r.gpu_type, r.milli_gpus, r.kind, r.credited, r.covered,
         r.bytes, NULL::bigint AS invocation_nanos, 0::bigint AS cold_start_us,
         r.prices[h.n::int] AS price_nanos,
         least(r.end_us, $3::bigint, h.hour_us + 3600000000)
           - greatest(r.start_us, $2::bigint, h.hour_us) AS span_us,
         false AS ended
  FROM records AS r
  CROSS JOIN LATERAL generate_series(r.start_us - r.start_us % 3600000000, r.end_us - 1,
                                     3600000000) WITH ORDINALITY AS h (hour_us, n)
  WHERE r.end_us > r.start_us AND h.hour_us < $3::bigint
    AND h.hour_us + 3600000000 > $2::bigint
  UNION ALL
  SELECT end_us - end_us % 3600000000, endpoint_id, gpu_type, milli_gpus, kind, credited, covered,
         bytes, invocation_nanos, cold_start_us, NULL, 0, true
  FROM records
  WHERE end_us < $3::bigint
), parts AS (
@parts/touched_pieces.sql@
)
@parts/usage_groups.sql@

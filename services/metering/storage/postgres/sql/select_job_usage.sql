-- Sums the usage of one job, cut to the microsecond.
--
-- $1 project_id
-- $2 from_us[], $3 to_us[]: the period, or nothing
-- $4 endpoint_id or NULL
-- $5 by hour, $6 by endpoint, $7 by GPU type (boolean)
-- $8 most rows
-- $9 job_id
-- Returns what select_usage.sql does.
WITH records AS (
  SELECT r.*, e.from_us, e.to_us
  FROM unnest($2::bigint[], $3::bigint[]) AS e (from_us, to_us)
  JOIN metering.rated_records AS r ON r.end_us >= e.from_us AND r.start_us <= e.to_us
  WHERE r.job_id = $9::uuid AND r.project_id = $1::uuid
    AND ($4::uuid IS NULL OR r.endpoint_id = $4::uuid)
), clipped AS (
  SELECT h.hour_us, r.endpoint_id, r.gpu_type, r.credited, r.covered, r.kind,
         r.prices[h.n::int] AS price_nanos,
         least(r.end_us, r.to_us, h.hour_us + 3600000000)
           - greatest(r.start_us, r.from_us, h.hour_us) AS span_us, r.milli_gpus, r.bytes
  FROM records AS r
  CROSS JOIN LATERAL generate_series(r.start_us - r.start_us % 3600000000, r.end_us - 1,
                                     3600000000) WITH ORDINALITY AS h (hour_us, n)
  WHERE r.end_us > r.start_us AND h.hour_us < r.to_us AND h.hour_us + 3600000000 > r.from_us
    AND r.end_us > r.from_us AND r.start_us < r.to_us
), ending AS (
  SELECT * FROM records WHERE end_us >= from_us AND end_us < to_us
), parts AS (
@parts/clipped_pieces.sql@
)
@parts/usage_groups.sql@

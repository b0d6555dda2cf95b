-- Sums usage: whole hours, and those whose usage lies whole in the period, from the hourly sums;
-- the rest from the records, cut to the microsecond, and from those that end in it.
--
-- $1 project_id
-- $2 from_us[], $3 to_us[]: parts of an hour each
-- $4 endpoint_id or NULL
-- $5 by hour, $6 by endpoint, $7 by GPU type (boolean)
-- $8 most rows
-- $9, $10 the whole hours, from and to (us)
-- Returns hour_us, endpoint_id, gpu_type, each NULL unless grouped by, then
-- gpu_milli_us, credited_gpu_milli_us, unpriced_gpu_milli_us, invocations,
-- cold_start_us, covered_gpu_milli_us, byte_us, cost_atto.
WITH edges AS (
  SELECT from_us, to_us, from_us - from_us % 3600000000 AS hour_us
  FROM unnest($2::bigint[], $3::bigint[]) AS e (from_us, to_us)
), hours AS (
  SELECT h.*, e.from_us, e.to_us,
         bool_and(e.hour_us IS NULL OR (h.first_us >= e.from_us AND h.last_us < e.to_us))
           OVER (PARTITION BY h.hour_us) AS is_whole
  FROM metering.usage_hourly AS h
  LEFT JOIN edges AS e ON e.hour_us = h.hour_us
  WHERE h.project_id = $1::uuid
    AND ((h.hour_us >= $9::bigint AND h.hour_us < $10::bigint)
         OR h.hour_us IN (SELECT hour_us FROM edges))
    AND ($4::uuid IS NULL OR h.endpoint_id = $4::uuid)
), cut AS MATERIALIZED (
  SELECT DISTINCT hour_us, from_us, to_us FROM hours WHERE NOT is_whole
), clipped AS (
  SELECT c.hour_us, r.endpoint_id, r.gpu_type, r.credited, r.covered, r.kind,
         r.prices[(c.hour_us / 3600000000 - r.start_us / 3600000000 + 1)::int] AS price_nanos,
         least(r.end_us, c.to_us) - greatest(r.start_us, c.from_us) AS span_us, r.milli_gpus,
         r.bytes
  FROM cut AS c
  CROSS JOIN LATERAL (
    SELECT * FROM metering.rated_records AS r
    WHERE r.project_id = $1::uuid AND r.end_us > c.from_us AND r.end_us <= c.hour_us + 3600000000
      AND r.start_us < c.to_us AND r.start_us < r.end_us
      AND (r.end_us - 1) / 3600000000 = r.start_us / 3600000000
    UNION ALL
    SELECT * FROM metering.rated_records AS r
    WHERE r.project_id = $1::uuid AND r.end_us > c.from_us AND r.start_us < c.to_us
      AND r.end_us < c.to_us + 691200000000
      AND (r.end_us - 1) / 3600000000 > r.start_us / 3600000000
  ) AS r
  WHERE $4::uuid IS NULL OR r.endpoint_id = $4::uuid
), ending AS (
  SELECT r.*
  FROM cut AS c
  JOIN metering.rated_records AS r
    ON r.project_id = $1::uuid AND r.end_us >= c.from_us AND r.end_us < c.to_us
  WHERE $4::uuid IS NULL OR r.endpoint_id = $4::uuid
), parts AS (
  SELECT hour_us, endpoint_id, gpu_type, gpu_milli_us, credited_gpu_milli_us,
         unpriced_gpu_milli_us, invocations, cold_start_us, covered_gpu_milli_us, byte_us,
         cost_atto
  FROM hours WHERE is_whole
  UNION ALL
@parts/clipped_pieces.sql@
)
@parts/usage_groups.sql@

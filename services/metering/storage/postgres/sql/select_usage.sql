-- Sums usage: whole hours, and those whose usage lies whole in the period, from the hourly sums;
-- the rest from the records, cut to the microsecond.
--
-- $1 project_id
-- $2, $3 and $11, $12: from and to (us) of at most two parts of hours; 0 and 0: there is none
-- $4 endpoint_id or NULL
-- $5 by hour, $6 by endpoint, $7 by GPU type (boolean)
-- $8 most rows
-- $9, $10 the whole hours, from and to (us)
-- Returns hour_us, endpoint_id, gpu_type, each NULL unless grouped by, then
-- gpu_milli_us, credited_gpu_milli_us, unpriced_gpu_milli_us, invocations,
-- cold_start_us, covered_gpu_milli_us, byte_us, cost_atto.
--
-- Parts are parameters of their own and not an array, for then the planner knows how few
-- records they are of. What is read of these is in the index.
WITH hours AS (
  SELECT h.*, bool_and(
           CASE h.hour_us
             WHEN $2::bigint - $2::bigint % 3600000000
               THEN h.first_us >= $2::bigint AND h.last_us < $3::bigint
             WHEN $11::bigint - $11::bigint % 3600000000
               THEN h.first_us >= $11::bigint AND h.last_us < $12::bigint
             ELSE true
           END) OVER (PARTITION BY h.hour_us) AS is_whole
  FROM metering.usage_hourly_totals AS h
  WHERE h.project_id = $1::uuid
    AND ((h.hour_us >= $9::bigint AND h.hour_us < $10::bigint)
         OR h.hour_us IN ($2::bigint - $2::bigint % 3600000000,
                          $11::bigint - $11::bigint % 3600000000))
    AND ($4::uuid IS NULL OR h.endpoint_id = $4::uuid)
), near AS (
  -- Those that end in the part or behind it in its hour, and those that end later.
  SELECT $2::bigint AS from_us, $3::bigint AS to_us, start_us, end_us, endpoint_id, gpu_type,
         milli_gpus, kind, credited, covered, prices, bytes, invocation_nanos, cold_start_us
  FROM metering.rated_records
  WHERE EXISTS (SELECT FROM hours
                WHERE hour_us = $2::bigint - $2::bigint % 3600000000 AND NOT is_whole)
    AND project_id = $1::uuid AND end_us >= $2::bigint
    AND end_us <= $2::bigint - $2::bigint % 3600000000 + 3600000000
  UNION ALL
  SELECT $2::bigint, $3::bigint, start_us, end_us, endpoint_id, gpu_type, milli_gpus, kind,
         credited, covered, prices, bytes, invocation_nanos, cold_start_us
  FROM metering.rated_records
  WHERE EXISTS (SELECT FROM hours
                WHERE hour_us = $2::bigint - $2::bigint % 3600000000 AND NOT is_whole)
    AND project_id = $1::uuid AND start_us < $3::bigint
    AND end_us > $2::bigint - $2::bigint % 3600000000 + 3600000000
    AND end_us < $3::bigint + 691200000000
    AND (end_us - 1) / 3600000000 > start_us / 3600000000
  UNION ALL
  SELECT $11::bigint, $12::bigint, start_us, end_us, endpoint_id, gpu_type, milli_gpus, kind,
         credited, covered, prices, bytes, invocation_nanos, cold_start_us
  FROM metering.rated_records
  WHERE EXISTS (SELECT FROM hours
                WHERE hour_us = $11::bigint - $11::bigint % 3600000000 AND NOT is_whole)
    AND project_id = $1::uuid AND end_us >= $11::bigint
    AND end_us <= $11::bigint - $11::bigint % 3600000000 + 3600000000
  UNION ALL
  SELECT $11::bigint, $12::bigint, start_us, end_us, endpoint_id, gpu_type, milli_gpus, kind,
         credited, covered, prices, bytes, invocation_nanos, cold_start_us
  FROM metering.rated_records
  WHERE EXISTS (SELECT FROM hours
                WHERE hour_us = $11::bigint - $11::bigint % 3600000000 AND NOT is_whole)
    AND project_id = $1::uuid AND start_us < $12::bigint
    AND end_us > $11::bigint - $11::bigint % 3600000000 + 3600000000
    AND end_us < $12::bigint + 691200000000
    AND (end_us - 1) / 3600000000 > start_us / 3600000000
), touched AS (
  SELECT from_us - from_us % 3600000000 AS hour_us, endpoint_id, gpu_type, milli_gpus, kind,
         credited, covered, bytes, invocation_nanos, cold_start_us,
         prices[(from_us / 3600000000 - start_us / 3600000000 + 1)::int] AS price_nanos,
         greatest(0, least(end_us, to_us) - greatest(start_us, from_us)) AS span_us,
         end_us < to_us AS ended
  FROM near
  WHERE $4::uuid IS NULL OR endpoint_id = $4::uuid
), parts AS (
  SELECT hour_us, endpoint_id, gpu_type, gpu_milli_us, credited_gpu_milli_us,
         unpriced_gpu_milli_us, invocations, cold_start_us, covered_gpu_milli_us, byte_us,
         cost_atto
  FROM hours WHERE is_whole
  UNION ALL
@parts/touched_pieces.sql@
)
@parts/usage_groups.sql@

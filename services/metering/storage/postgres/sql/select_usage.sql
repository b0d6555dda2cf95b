-- Sums usage: whole hours from the hourly sums, the rest from segments, cut to the
-- microsecond, and from the attempts that end in it.
--
-- $1 project_id
-- $2, $3 the whole hours, from and to (us)
-- $4 from_us[], $5 to_us[] of the rest
-- $6 endpoint_id or NULL, $7 job_id or NULL; with a job there are no whole hours
-- $8 by hour, $9 by endpoint, $10 by GPU type (boolean)
-- $11 most rows
-- Returns hour_us, endpoint_id, gpu_type, each NULL unless grouped by, then
-- gpu_milli_us, credited_gpu_milli_us, unpriced_gpu_milli_us, invocations,
-- cold_start_us, cost_atto.
WITH edges AS (
  SELECT * FROM unnest($4::bigint[], $5::bigint[]) AS e (from_us, to_us)
), clipped AS (
  SELECT s.hour_us, s.endpoint_id, s.gpu_type, s.credited, s.price_nanos,
         (least(s.end_us, e.to_us) - greatest(s.start_us, e.from_us)) * s.milli_gpus
           AS gpu_milli_us
  FROM edges AS e
  JOIN metering.usage_segments AS s
    ON s.hour_us >= e.from_us - e.from_us % 3600000000 AND s.hour_us < e.to_us
   AND s.start_us < e.to_us AND s.end_us > e.from_us
  WHERE s.project_id = $1::uuid
    AND ($6::uuid IS NULL OR s.endpoint_id = $6::uuid)
    AND ($7::uuid IS NULL OR s.job_id = $7::uuid)
), parts AS (
  SELECT hour_us, endpoint_id, gpu_type, gpu_milli_us, credited_gpu_milli_us,
         unpriced_gpu_milli_us, invocations, cold_start_us, cost_atto
  FROM metering.usage_hourly
  WHERE project_id = $1::uuid AND hour_us >= $2::bigint AND hour_us < $3::bigint
    AND ($6::uuid IS NULL OR endpoint_id = $6::uuid)
  UNION ALL
  SELECT hour_us, endpoint_id, gpu_type,
         CASE WHEN credited THEN 0 ELSE gpu_milli_us END,
         CASE WHEN credited THEN gpu_milli_us ELSE 0 END,
         CASE WHEN credited OR price_nanos IS NOT NULL THEN 0 ELSE gpu_milli_us END,
         0, 0,
         CASE WHEN credited THEN 0 ELSE coalesce(price_nanos, 0)::numeric * gpu_milli_us END
  FROM clipped
  UNION ALL
  SELECT r.end_us - r.end_us % 3600000000, r.endpoint_id, r.gpu_type, 0, 0, 0,
         CASE WHEN r.credited THEN 0 ELSE 1 END, r.cold_start_us,
         coalesce(r.invocation_nanos, 0)::numeric * 1000000000
  FROM edges AS e
  JOIN metering.usage_records AS r ON r.end_us >= e.from_us AND r.end_us < e.to_us
  WHERE r.project_id = $1::uuid
    AND ($6::uuid IS NULL OR r.endpoint_id = $6::uuid)
    AND ($7::uuid IS NULL OR r.job_id = $7::uuid)
    AND (NOT r.credited OR r.cold_start_us > 0)
)
SELECT CASE WHEN $8::boolean THEN hour_us END AS hour_us,
       CASE WHEN $9::boolean THEN endpoint_id END AS endpoint_id,
       CASE WHEN $10::boolean THEN gpu_type END COLLATE "C" AS gpu_type,
       sum(gpu_milli_us), sum(credited_gpu_milli_us), sum(unpriced_gpu_milli_us),
       sum(invocations), sum(cold_start_us), sum(cost_atto)
FROM parts
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
LIMIT $11::int

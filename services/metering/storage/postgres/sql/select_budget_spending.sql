-- What is recorded in windows of budgets. They begin and end at full hours, and so sums of hours
-- tell.
--
-- $1 project_id[], $2 endpoint_id[], NULL: all, $3 first hour[] in microseconds, $4 first hour
-- after[] likewise
-- Returns number (from 1), nano-dollars, microseconds of GPU time, both rounded up.
SELECT asked.number,
       least(ceil(greatest(coalesce(sum(hour.cost_atto), 0), 0) / 1000000000),
             9000000000000000000)::bigint,
       least(ceil(coalesce(sum(hour.gpu_milli_us), 0) / 1000), 9000000000000000000)::bigint
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[]) WITH ORDINALITY
  AS asked(project_id, endpoint_id, first_us, end_us, number)
LEFT JOIN metering.usage_hourly AS hour
  ON hour.project_id = asked.project_id
  AND hour.hour_us >= asked.first_us AND hour.hour_us < asked.end_us
  AND (asked.endpoint_id IS NULL OR hour.endpoint_id = asked.endpoint_id)
GROUP BY asked.number
ORDER BY asked.number

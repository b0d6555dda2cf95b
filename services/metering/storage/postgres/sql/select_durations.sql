-- How long an endpoint's latest successful attempts took.
--
-- $1 project_id, $2 endpoint_id, $3 since_us, $4 most attempts to look at
-- Returns gpu_type, milli_gpus, covered, attempts, p50_us, p90_us.
SELECT gpu_type, milli_gpus, covered, count(*),
       percentile_disc(0.5) WITHIN GROUP (ORDER BY length_us),
       percentile_disc(0.9) WITHIN GROUP (ORDER BY length_us)
FROM (
  SELECT gpu_type, milli_gpus, covered, end_us - start_us AS length_us
  FROM metering.usage_records
  WHERE project_id = $1::uuid AND endpoint_id = $2::uuid AND end_us >= $3::bigint
    AND kind = 'attempt' AND cause = 'none' AND end_us > start_us
  ORDER BY end_us DESC
  LIMIT $4::int
) AS latest
GROUP BY 1, 2, 3
ORDER BY gpu_type COLLATE "C", milli_gpus, covered

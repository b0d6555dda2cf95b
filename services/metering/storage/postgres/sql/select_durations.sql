-- How long an endpoint's latest successful attempts took.
--
-- $1 project_id, $2 endpoint_id, $3 since_us, $4 most attempts to look at
-- Returns gpu_type, milli_gpus, covered, attempts, p50_us, p90_us.
SELECT gpu_type, milli_gpus, covered, count(*),
       percentile_disc(0.5) WITHIN GROUP (ORDER BY length_us),
       percentile_disc(0.9) WITHIN GROUP (ORDER BY length_us)
FROM (
  SELECT r.gpu_type, r.milli_gpus, r.covered, r.end_us - coalesce(first.start_us, r.start_us) AS length_us
  FROM metering.usage_records AS r
  -- Of an attempt that is in several parts, the first one.
  LEFT JOIN metering.usage_records AS first
    ON r.epoch > 1000000 AND first.job_id = r.job_id
    AND first.epoch = 1000000 + r.epoch % 1000000
  WHERE r.project_id = $1::uuid AND r.endpoint_id = $2::uuid AND r.end_us >= $3::bigint
    AND r.kind = 'attempt' AND r.cause = 'none' AND r.end_us > r.start_us
  ORDER BY r.end_us DESC
  LIMIT $4::int
) AS latest
GROUP BY 1, 2, 3
ORDER BY gpu_type COLLATE "C", milli_gpus, covered

-- The groups in `keyed`, and all of it: of the groups, those in places after $15, at most $16;
-- $17: in the order of their cost, the dearest first.
sums AS (
  SELECT grouping(time_us) = 1 AS is_total, time_us, endpoint_id, gpu_type, api_key_id, kind,
         worker_id, tag_value, job_id,
         coalesce(sum(gpu_milli_us), 0) AS gpu_milli_us,
         coalesce(sum(credited_gpu_milli_us), 0) AS credited_gpu_milli_us,
         coalesce(sum(unpriced_gpu_milli_us), 0) AS unpriced_gpu_milli_us,
         coalesce(sum(invocations), 0) AS invocations,
         coalesce(sum(cold_start_us), 0) AS cold_start_us,
         coalesce(sum(covered_gpu_milli_us), 0) AS covered_gpu_milli_us,
         coalesce(sum(byte_us), 0) AS byte_us,
         coalesce(sum(tokens), 0) AS tokens,
         coalesce(sum(cost_atto), 0) AS cost_atto,
         coalesce(sum(jobs), 0) AS jobs
  FROM keyed
  GROUP BY GROUPING SETS (
    (time_us, endpoint_id, gpu_type, api_key_id, kind, worker_id, tag_value, job_id), ())
), placed AS (
  SELECT *, row_number() OVER (
           ORDER BY is_total, CASE WHEN $17::boolean THEN cost_atto END DESC, time_us,
                    endpoint_id, gpu_type, api_key_id, kind, worker_id, tag_value, job_id) AS place
  FROM sums
)
SELECT is_total, time_us, endpoint_id, gpu_type, api_key_id, kind, worker_id, tag_value, job_id,
       gpu_milli_us, credited_gpu_milli_us, unpriced_gpu_milli_us, invocations, cold_start_us,
       covered_gpu_milli_us, byte_us, tokens, cost_atto, jobs
FROM placed
WHERE is_total OR (place > $15::bigint AND place <= $15::bigint + $16::bigint)
ORDER BY place

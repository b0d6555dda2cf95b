-- What the pieces of records in `touched` count, and the records that have `ended`: summed by
-- price first, so that only sums are multiplied. Of storage, each piece's cost is rounded half
-- to even; a GB-month is 730 hours.
  SELECT hour_us, endpoint_id, gpu_type,
         CASE WHEN kind = 'refund' THEN -held WHEN covered OR credited THEN 0 ELSE held END
           AS gpu_milli_us,
         CASE WHEN credited AND NOT covered THEN held ELSE 0 END AS credited_gpu_milli_us,
         CASE WHEN price_nanos IS NOT NULL THEN 0 WHEN kind = 'refund' THEN -held
              WHEN credited THEN 0 ELSE held END AS unpriced_gpu_milli_us,
         invocations, cold_start_us, CASE WHEN covered THEN held ELSE 0 END AS covered_gpu_milli_us,
         coalesce(byte_us, 0) AS byte_us,
         coalesce(stored_atto, CASE WHEN kind = 'refund' THEN -coalesce(price_nanos, 0) * held
                                    WHEN credited OR covered THEN 0
                                    ELSE coalesce(price_nanos, 0) * held END)
           + coalesce(invocation_nanos, 0)::numeric * 1000000000 * invocations AS cost_atto
  FROM (
    SELECT hour_us, endpoint_id, gpu_type, kind, credited, covered, price_nanos, invocation_nanos,
           sum(span_us * milli_gpus) AS held,
           sum(span_us::numeric * bytes) FILTER (WHERE kind = 'storage') AS byte_us,
           sum(div(charge, 2628000000000)
                 + CASE WHEN 2 * mod(charge, 2628000000000) + mod(div(charge, 2628000000000), 2)
                             > 2628000000000 THEN 1 ELSE 0 END)
             FILTER (WHERE kind = 'storage') AS stored_atto,
           count(*) FILTER (WHERE ended AND kind = 'attempt' AND NOT credited) AS invocations,
           coalesce(sum(cold_start_us) FILTER (WHERE ended), 0) AS cold_start_us
    FROM touched
    CROSS JOIN LATERAL (
      SELECT CASE WHEN kind = 'storage' THEN coalesce(price_nanos, 0)::numeric * span_us * bytes
             END AS charge) AS c
    WHERE span_us > 0 OR (ended AND ((kind = 'attempt' AND NOT credited) OR cold_start_us > 0))
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
  ) AS sums

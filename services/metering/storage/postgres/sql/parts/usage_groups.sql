-- Sums parts by what is asked for: $5 by hour, $6 by endpoint, $7 by GPU type; $8 most rows.
SELECT CASE WHEN $5::boolean THEN hour_us END AS hour_us,
       CASE WHEN $6::boolean THEN endpoint_id END AS endpoint_id,
       CASE WHEN $7::boolean THEN gpu_type END COLLATE "C" AS gpu_type,
       sum(gpu_milli_us), sum(credited_gpu_milli_us), sum(unpriced_gpu_milli_us),
       sum(invocations), sum(cold_start_us), sum(covered_gpu_milli_us), sum(byte_us),
       sum(cost_atto)
FROM parts
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
LIMIT $8::int

-- What costs are summed by: $6 time ('hour', 'day', 'month' or ''), $7 endpoint, $8 GPU type,
-- $9 kind, $10 worker, $11 tag, $12 job (boolean each); NULL for the rest.
         CASE $6::text
           WHEN 'hour' THEN hour_us
           WHEN 'day' THEN hour_us - hour_us % 86400000000
           WHEN 'month' THEN (extract(epoch FROM date_trunc(
             'month', to_timestamp(hour_us / 1000000) AT TIME ZONE 'UTC')) * 1000000)::bigint
         END AS time_us,
         CASE WHEN $7::boolean THEN endpoint_id END AS endpoint_id,
         CASE WHEN $8::boolean THEN gpu_type END COLLATE "C" AS gpu_type,
         CASE WHEN $9::boolean THEN kind END AS kind,
         CASE WHEN $10::boolean THEN worker_id END COLLATE "C" AS worker_id,
         CASE WHEN $11::boolean THEN coalesce(tag_value, '') END COLLATE "C" AS tag_value,
         CASE WHEN $12::boolean THEN job_id END AS job_id,

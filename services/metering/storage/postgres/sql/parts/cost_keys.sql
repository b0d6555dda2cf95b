-- What costs are summed by: $7 time ('hour', 'day', 'month' or ''), $8 endpoint, $9 GPU type,
-- $10 API key, $11 kind, $12 worker, $13 tag, $14 job (boolean each); NULL for the rest.
         CASE $7::text
           WHEN 'hour' THEN hour_us
           WHEN 'day' THEN hour_us - hour_us % 86400000000
           WHEN 'month' THEN (extract(epoch FROM date_trunc(
             'month', to_timestamp(hour_us / 1000000) AT TIME ZONE 'UTC')) * 1000000)::bigint
         END AS time_us,
         CASE WHEN $8::boolean THEN endpoint_id END AS endpoint_id,
         CASE WHEN $9::boolean THEN gpu_type END COLLATE "C" AS gpu_type,
         CASE WHEN $10::boolean THEN api_key_id END COLLATE "C" AS api_key_id,
         CASE WHEN $11::boolean THEN kind END AS kind,
         CASE WHEN $12::boolean THEN worker_id END COLLATE "C" AS worker_id,
         CASE WHEN $13::boolean THEN coalesce(tag_value, '') END COLLATE "C" AS tag_value,
         CASE WHEN $14::boolean THEN job_id END AS job_id,

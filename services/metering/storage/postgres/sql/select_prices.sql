-- No parameters.
-- Returns unit, gpu_type, nanos, effective_from in microseconds.
SELECT unit, gpu_type, nanos, (extract(epoch FROM effective_from) * 1000000)::bigint
FROM metering.prices

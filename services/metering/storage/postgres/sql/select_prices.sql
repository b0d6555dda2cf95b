-- The lines of the price list that are not withdrawn. No parameters.
--
-- Returns unit, gpu_type, nanos (NULL: the line before ends), effective_from in microseconds,
-- region, tier, project_id, version.
SELECT unit, gpu_type, nanos, (extract(epoch FROM effective_from) * 1000000)::bigint, region,
       tier, project_id, version
FROM metering.prices
WHERE withdrawn_at IS NULL

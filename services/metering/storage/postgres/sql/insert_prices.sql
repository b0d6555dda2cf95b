-- Announces lines, as the next version of the list.
--
-- $1 unit[], $2 gpu_type[], $3 region[], $4 tier[], $5 project_id[] (NULL: all), $6 nanos[]
-- (NULL: the line before ends), $7 effective_from[] (microseconds), $8 announced_at
-- Returns the columns of parts/price_line_columns.sql.
INSERT INTO metering.prices
  (unit, gpu_type, region, tier, project_id, nanos, effective_from, announced_at)
SELECT unit, gpu_type, region, tier, project_id, nanos,
       'epoch'::timestamptz + from_us * interval '1 microsecond', $8::timestamptz
FROM unnest($1::metering.price_unit[], $2::text[], $3::text[], $4::text[], $5::uuid[],
            $6::bigint[], $7::bigint[])
  AS p (unit, gpu_type, region, tier, project_id, nanos, from_us)
RETURNING
@parts/price_line_columns.sql@

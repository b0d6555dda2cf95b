-- Stores a budget, unless its project has enough of them.
--
-- $1 id, $2 project_id, $3 endpoint_id or NULL, $4 name, $5 unit, $6 limit, $7 window,
-- $8 thresholds int[], $9 hard_stop, $10 webhook, $11 locked, $12 api_key_id or '',
-- $13 created_at in microseconds, $14 most budgets of a project
INSERT INTO metering.budgets
  (id, project_id, endpoint_id, name, unit, amount, span, thresholds, hard_stop, webhook, locked,
   api_key_id, created_at, updated_at)
SELECT $1::uuid, $2::uuid, $3::uuid, $4, $5::smallint, $6::bigint, $7::smallint, $8::int[],
       $9::boolean, $10, $11::boolean, $12, at, at
FROM (SELECT to_timestamp($13::bigint / 1000000) + $13::bigint % 1000000 * interval '1 microsecond'
        AS at) AS present
WHERE (SELECT count(*) FROM metering.budgets WHERE project_id = $2::uuid) < $14::int

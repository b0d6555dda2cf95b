-- Changes what may be changed of a budget.
--
-- $1 id, $2 project_id, $3 name, $4 limit, $5 thresholds int[], $6 hard_stop, $7 webhook,
-- $8 locked, $9 updated_at in microseconds
UPDATE metering.budgets
SET name = $3, amount = $4::bigint, thresholds = $5::int[], hard_stop = $6::boolean, webhook = $7,
    locked = $8::boolean,
    updated_at = to_timestamp($9::bigint / 1000000)
      + $9::bigint % 1000000 * interval '1 microsecond'
WHERE id = $1::uuid AND project_id = $2::uuid

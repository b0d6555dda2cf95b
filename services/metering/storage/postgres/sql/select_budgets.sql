-- A project's budgets, by name.
--
-- $1 project_id, $2 id or NULL: all
-- Returns the columns that budget_store.cc reads.
SELECT id, project_id, endpoint_id, name, unit, amount, span, array_to_string(thresholds, ','),
  hard_stop, webhook, locked, api_key_id, (extract(epoch FROM created_at) * 1000000)::bigint,
  (extract(epoch FROM updated_at) * 1000000)::bigint
FROM metering.budgets
WHERE project_id = $1::uuid AND ($2::uuid IS NULL OR id = $2::uuid)
ORDER BY name

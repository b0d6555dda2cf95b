-- Budgets of all projects, by id.
--
-- $1 only those with a hard stop, $2 after this id or NULL, $3 most rows
-- Returns the columns that budget_store.cc reads.
SELECT id, project_id, endpoint_id, name, unit, amount, span, array_to_string(thresholds, ','),
  hard_stop, webhook, locked, api_key_id, (extract(epoch FROM created_at) * 1000000)::bigint,
  (extract(epoch FROM updated_at) * 1000000)::bigint
FROM metering.budgets
WHERE (hard_stop OR NOT $1::boolean) AND ($2::uuid IS NULL OR id > $2::uuid)
ORDER BY id
LIMIT $3::int

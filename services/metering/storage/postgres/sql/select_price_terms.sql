-- The terms that may go for a project, by id.
--
-- $1 project_id, or NULL: those of all projects, too
-- $2 id of the only one, or NULL
-- Returns id, kind, unit, gpu_type, project_id, quantity, nanos, tier_from, tier_nanos, from_us,
-- until_us, description.
SELECT id, kind, unit, gpu_type, project_id, quantity, nanos, tier_from, tier_nanos, from_us,
       until_us, description
FROM metering.price_terms
WHERE ($1::uuid IS NULL OR project_id IS NULL OR project_id = $1::uuid)
  AND ($2::bigint IS NULL OR id = $2::bigint)
ORDER BY id

-- $1 project, $2 endpoint or NULL, $3 ids below this one or NULL, $4 most rows
-- Returns the columns of BatchFromRow in batch_store.cc, by falling id.
SELECT
  @columns/batch.sql@
FROM scheduler.furnace_batch_states
WHERE project_id = $1
  AND ($2::uuid IS NULL OR endpoint_id = $2::uuid)
  AND ($3::uuid IS NULL OR id < $3::uuid)
ORDER BY id DESC
LIMIT $4::int

-- $1 batch, $2 project it must belong to
-- Returns the columns of BatchFromRow in batch_store.cc.
SELECT
  @columns/batch.sql@
FROM scheduler.furnace_batch_states
WHERE id = $1 AND project_id = $2

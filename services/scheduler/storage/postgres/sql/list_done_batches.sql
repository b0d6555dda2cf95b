-- $1 batches (uuid[])
-- Returns those that are done and have a webhook; the columns of BatchFromRow in
-- batch_store.cc.
SELECT
  @columns/batch.sql@
FROM scheduler.furnace_batch_states
WHERE id = ANY ($1::uuid[]) AND webhook_url <> '' AND ended = total

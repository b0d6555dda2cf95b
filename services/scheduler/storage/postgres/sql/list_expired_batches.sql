-- $1 most rows, $2 shards (int[]), $3 how many shards there are; an id's last byte is its shard
-- Batches whose jobs have all ended and are past their time, and of which no unfinished job
-- depends on any: id, its jobs' ids by blanks. A minute later, for what was begun in time.
SELECT batch.id, array_to_string(batch.job_ids, ' ')
FROM scheduler.furnace_batches AS batch
WHERE batch.id IN (
    SELECT DISTINCT batch_id FROM scheduler.furnace_jobs
    WHERE kept_until < now() - interval '1 minute' AND batch_id IS NOT NULL)
  AND get_byte(uuid_send(batch.id), 15) % $3::int = ANY ($2::int[])
  AND cardinality(batch.job_ids) = (
    SELECT count(*) FROM scheduler.furnace_jobs
    WHERE batch_id = batch.id AND kept_until < now() - interval '1 minute')
  AND NOT EXISTS (
    SELECT FROM scheduler.furnace_jobs
    WHERE status BETWEEN 1 AND 4 AND depends_on <> '{}' AND depends_on && batch.job_ids)
LIMIT $1::int

-- $1 most rows, $2 shards (int[]), $3 how many shards there are; an id's last byte is its shard
-- Jobs that have ended and are past their time, on which no unfinished job depends, and of
-- no batch that is there: the longest first. A minute later, for what was begun in time.
SELECT id
FROM scheduler.furnace_jobs AS job
WHERE kept_until < now() - interval '1 minute'
  AND get_byte(uuid_send(id), 15) % $3::int = ANY ($2::int[])
  AND (batch_id IS NULL
       OR NOT EXISTS (SELECT FROM scheduler.furnace_batches WHERE id = job.batch_id))
  AND NOT EXISTS (
    SELECT FROM scheduler.furnace_jobs AS child
    WHERE child.status BETWEEN 1 AND 4 AND child.depends_on <> '{}'
      AND child.depends_on @> ARRAY[job.id])
ORDER BY kept_until
LIMIT $1::int

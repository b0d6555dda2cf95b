-- $1 ids above this one or NULL, $2 most rows
-- WAITING, DELAYED, IN_QUEUE or IN_PROGRESS, by rising id.
SELECT id FROM scheduler.furnace_jobs
WHERE status BETWEEN 1 AND 4
  AND ($1::uuid IS NULL OR id > $1::uuid)
ORDER BY id
LIMIT $2::int

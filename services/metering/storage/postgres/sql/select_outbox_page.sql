-- The records after a place in the outbox, by rising seq.
--
-- $1 seq to go on after, $2 most records
-- Returns seq, job_id, epoch.
SELECT o.first_seq + k.position - 1 AS seq, k.job_id, k.epoch
FROM (SELECT *
      FROM (SELECT * FROM metering.outbox WHERE last_seq > $1::bigint
            ORDER BY last_seq LIMIT $2::int) AS next_ones
      WHERE first_seq <= $1::bigint + $2::int) AS o
CROSS JOIN LATERAL unnest(o.job_ids, o.epochs) WITH ORDINALITY AS k (job_id, epoch, position)
WHERE o.first_seq + k.position - 1 BETWEEN $1::bigint + 1 AND $1::bigint + $2::int
ORDER BY seq

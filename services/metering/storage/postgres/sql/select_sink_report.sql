-- Every sink with what waits for it.
--
-- $1 most records of each to look at for the oldest segment
-- Returns name, cursor, failures, retry_at (microseconds), last_error, delivered_events,
-- delivered_at (microseconds), pending records, held records, poisoned events, end of the
-- hour of the oldest segment that waits (microseconds).
SELECT s.name, s.cursor_seq, s.failures, (extract(epoch FROM s.retry_at) * 1000000)::bigint,
       s.last_error, s.delivered_events,
       (extract(epoch FROM s.delivered_at) * 1000000)::bigint,
       head.last_seq - s.cursor_seq,
       (SELECT count(*) FROM metering.sink_held AS h WHERE h.sink = s.name),
       (SELECT count(*) FROM metering.sink_poisoned AS p WHERE p.sink = s.name),
       (SELECT min(u.hour_us) + 3600000000
        FROM (
          (SELECT k.job_id, k.epoch
           FROM (SELECT * FROM metering.outbox WHERE last_seq > s.cursor_seq
                 ORDER BY last_seq LIMIT $1::int) AS o
           CROSS JOIN LATERAL unnest(o.job_ids, o.epochs)
             WITH ORDINALITY AS k (job_id, epoch, position)
           WHERE o.first_seq <= s.cursor_seq + $1::int
             AND o.first_seq + k.position - 1 BETWEEN s.cursor_seq + 1 AND s.cursor_seq + $1::int)
          UNION ALL
          (SELECT h.job_id, h.epoch FROM metering.sink_held AS h
           WHERE h.sink = s.name ORDER BY h.seq LIMIT $1::int)
        ) AS waiting
        JOIN metering.usage_segments AS u USING (job_id, epoch))
FROM metering.sinks AS s
CROSS JOIN metering.outbox_head AS head
ORDER BY s.name

-- Sets events aside, or notes that they came back once more.
--
-- $1 sink, $2 key[], $3 seq[], $4 job_id[], $5 epoch[], $6 project_id[], $7 event_type[],
-- $8 error[]
INSERT INTO metering.sink_poisoned AS s
  (sink, key, seq, job_id, epoch, project_id, event_type, error)
SELECT $1, k.*
FROM unnest($2::text[], $3::bigint[], $4::uuid[], $5::int[], $6::uuid[], $7::text[], $8::text[])
  AS k
ON CONFLICT (sink, key) DO UPDATE
SET error = excluded.error, attempts = s.attempts + 1, last_at = now(), redrive = false

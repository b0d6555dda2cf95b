-- $1 job ids, $2 epochs (0: input), $3 bodies
-- A payload that is there already is kept: it is the same call repeated.
INSERT INTO scheduler.furnace_payloads (job_id, epoch, body)
SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[])
ON CONFLICT (job_id, epoch) DO NOTHING

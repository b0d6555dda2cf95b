-- $1 job, $2 epoch, $3 body
-- An output that is there already is kept: it is the same call repeated.
INSERT INTO scheduler.furnace_payloads (job_id, epoch, body)
VALUES ($1, $2::int, $3)
ON CONFLICT (job_id, epoch) DO NOTHING

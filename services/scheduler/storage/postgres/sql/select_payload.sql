-- $1 job id, $2 epoch (0: input)
SELECT body FROM scheduler.furnace_payloads WHERE job_id = $1 AND epoch = $2::int

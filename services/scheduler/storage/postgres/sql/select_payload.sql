-- $1 job id, $2 epoch (0: input), $3 most bytes; of a larger one NULL
SELECT CASE WHEN octet_length(body) <= $3::bigint THEN body END
FROM scheduler.furnace_payloads
WHERE job_id = $1 AND epoch = $2::int

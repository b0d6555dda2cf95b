-- $1 jobs, $2 attempts, $3 workers, $4 GPU types, $5 starts, $6 ends, $7 causes, $8 errors,
-- $9 billed GPU time in us
-- One that is there already is kept: it is the same.
INSERT INTO scheduler.furnace_attempts (
  job_id, attempt, worker_id, gpu_type, started_at, ended_at, cause, error, gpu_time_us)
SELECT * FROM unnest(
  $1::uuid[], $2::int[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[],
  $7::smallint[], $8::text[], $9::bigint[])
ON CONFLICT (job_id, attempt) DO NOTHING

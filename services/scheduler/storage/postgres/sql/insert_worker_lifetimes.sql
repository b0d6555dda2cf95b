-- $1 lifetimes, $2 slices, $3 workers, $4 projects, $5 endpoints, $6 GPU types, $7 GPUs,
-- $8 starts, $9 ends
-- One that is there already is kept: it is the same. Those of more than 400 days ago, which no
-- invoice is made of any more, are forgotten.
WITH forgotten AS (
  DELETE FROM scheduler.furnace_worker_lifetimes WHERE ended_at < now() - interval '400 days'
)
INSERT INTO scheduler.furnace_worker_lifetimes (
  life_id, slice, worker_id, project_id, endpoint_id, gpu_type, gpu_count, started_at, ended_at)
SELECT * FROM unnest(
  $1::uuid[], $2::int[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $7::smallint[],
  $8::timestamptz[], $9::timestamptz[])
ON CONFLICT (life_id, slice) DO NOTHING

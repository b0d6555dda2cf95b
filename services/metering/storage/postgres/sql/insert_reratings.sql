-- Notes that records are rated again, by a transaction that is added with it.
--
-- $1 project_id, $2 transaction, $3 position[], $4 job_id[], $5 epoch[], $6 prices_before[] and
-- $7 prices_after[] (an array's text each), $8 invocation_before[] and $9 invocation_after[]
WITH given AS (
  SELECT position, job_id, epoch, prices_before::bigint[] AS prices_before,
         prices_after::bigint[] AS prices_after, invocation_before, invocation_after
  FROM unnest($3::int[], $4::uuid[], $5::int[], $6::text[], $7::text[], $8::bigint[],
              $9::bigint[])
    AS g (position, job_id, epoch, prices_before, prices_after, invocation_before,
          invocation_after)
), noted AS (
  INSERT INTO metering.reratings
    (project_id, transaction, position, job_id, epoch, prices_before, prices_after,
     invocation_before, invocation_after)
  SELECT $1::uuid, $2::bigint, given.* FROM given
)
INSERT INTO metering.rated_prices (job_id, epoch, prices, invocation_nanos)
SELECT job_id, epoch, prices_after, invocation_after FROM given
ON CONFLICT (job_id, epoch) DO UPDATE
SET prices = excluded.prices, invocation_nanos = excluded.invocation_nanos

-- Adds the records whose key is not known yet and which overlap no other of their lease or lifetime,
-- see Overlap, in the order of their keys, so that calls with the same records wait for each other
-- and do not deadlock. OFFSET 0: others are looked up in an index, record by record, and not in a
-- scan of the table, as is planned while it is believed to be small.
--
-- $1 job_id[], $2 epoch[], $3 project_id[], $4 endpoint_id[], $5 worker_id[],
-- $6 gpu_type[], $7 milli_gpus[], $8 start_us[], $9 end_us[], $10 cause[],
-- $11 cold_start_us[], $12 kind[], $13 warm[], $14 covered[], $15 vram_mib[], $16 bytes[],
-- $17 region[], $18 tier[], $19 tags[], $20 api_key_id[], $21 tokens[], $22 invocation_nanos[]
-- (NULL: none), $23 prices[] (an array's text each), $24 transaction[], $25 position[]
-- Returns job_id and epoch of those that were added.
INSERT INTO metering.usage_records
  (job_id, epoch, project_id, endpoint_id, worker_id, gpu_type, milli_gpus, start_us, end_us,
   cause, cold_start_us, kind, warm, covered, vram_mib, bytes, region, tier, tags, api_key_id,
   tokens, invocation_nanos, prices, transaction, position)
SELECT job_id, epoch, project_id, endpoint_id, worker_id, gpu_type, milli_gpus, start_us, end_us,
       cause, cold_start_us, kind, warm, covered, vram_mib, bytes, region, tier, tags, api_key_id,
       tokens, invocation_nanos, prices::bigint[], transaction, position
FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::int[],
            $8::bigint[], $9::bigint[], $10::metering.cause[], $11::bigint[],
            $12::metering.usage_kind[], $13::boolean[], $14::boolean[], $15::int[], $16::bigint[],
            $17::text[], $18::text[], $19::text[], $20::text[], $21::bigint[],
            $22::bigint[], $23::text[], $24::bigint[], $25::int[])
  AS given (job_id, epoch, project_id, endpoint_id, worker_id, gpu_type, milli_gpus, start_us,
            end_us, cause, cold_start_us, kind, warm, covered, vram_mib, bytes, region, tier, tags,
            api_key_id, tokens, invocation_nanos, prices, transaction, position)
WHERE NOT EXISTS (
  SELECT FROM metering.usage_records AS other
  WHERE other.job_id = given.job_id AND other.epoch <> given.epoch
    AND other.epoch % 1000000 = given.epoch % 1000000
    AND greatest(other.start_us, given.start_us) < least(other.end_us, given.end_us)
    AND other.kind IN ('attempt', 'part', 'refund') AND given.kind IN ('attempt', 'part', 'refund')
    AND (other.kind = 'refund') = (given.kind = 'refund')
  OFFSET 0)
AND NOT EXISTS (
  SELECT FROM metering.usage_records AS other
  WHERE other.job_id = given.job_id AND other.epoch <> given.epoch
    AND other.end_us > given.start_us
    AND greatest(other.start_us, given.start_us) < least(other.end_us, given.end_us)
    AND other.kind IN ('worker', 'instance', 'storage')
    AND given.kind IN ('worker', 'instance', 'storage')
  OFFSET 0)
ORDER BY job_id, epoch
ON CONFLICT (job_id, epoch) DO NOTHING
RETURNING job_id, epoch

-- Which of these records, none of which could be added, are not known as they are: by their key
-- with other values, or not by their key, for they overlap another one.
--
-- $1 job_id[], $2 epoch[], $3 project_id[], $4 endpoint_id[], $5 worker_id[],
-- $6 gpu_type[], $7 milli_gpus[], $8 start_us[], $9 end_us[], $10 cause[],
-- $11 cold_start_us[], $12 kind[], $13 warm[], $14 covered[], $15 vram_mib[], $16 bytes[],
-- $17 region[], $18 tier[], $19 tags[], $20 api_key_id[], $21 tokens[]
-- Returns their job_id and epoch.
SELECT job_id, epoch
FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::int[],
            $8::bigint[], $9::bigint[], $10::metering.cause[], $11::bigint[],
            $12::metering.usage_kind[], $13::boolean[], $14::boolean[], $15::int[], $16::bigint[],
            $17::text[], $18::text[], $19::text[], $20::text[], $21::bigint[])
  AS given (job_id, epoch, project_id, endpoint_id, worker_id, gpu_type, milli_gpus, start_us,
            end_us, cause, cold_start_us, kind, warm, covered, vram_mib, bytes, region, tier, tags,
            api_key_id, tokens)
LEFT JOIN metering.usage_records AS known USING (job_id, epoch)
WHERE known.job_id IS NULL
   OR (given.project_id, given.endpoint_id, given.worker_id, given.gpu_type, given.milli_gpus,
       given.start_us, given.end_us, given.cause, given.cold_start_us, given.kind, given.warm,
       given.covered, given.vram_mib, given.bytes, given.region, given.tier, given.tags,
       given.api_key_id, given.tokens)
   <> (known.project_id, known.endpoint_id, known.worker_id, known.gpu_type, known.milli_gpus,
       known.start_us, known.end_us, known.cause, known.cold_start_us, known.kind, known.warm,
       known.covered, known.vram_mib, known.bytes, known.region, known.tier, known.tags,
       known.api_key_id, known.tokens)

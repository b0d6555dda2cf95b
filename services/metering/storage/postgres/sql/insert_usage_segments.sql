-- Adds the segments of records added before in this transaction: all of a record.
--
-- $1 job_id[], $2 epoch[], $3 start_us[], $4 end_us[], $5 price_nanos[] (NULL: none)
INSERT INTO metering.usage_segments
  (job_id, epoch, start_us, end_us, project_id, endpoint_id, gpu_type, milli_gpus, credited,
   price_nanos)
SELECT s.job_id, s.epoch, s.start_us, s.end_us, r.project_id, r.endpoint_id, r.gpu_type,
       r.milli_gpus, r.credited, s.price_nanos
FROM unnest($1::uuid[], $2::int[], $3::bigint[], $4::bigint[], $5::bigint[])
  AS s (job_id, epoch, start_us, end_us, price_nanos)
LEFT JOIN metering.usage_records AS r USING (job_id, epoch)

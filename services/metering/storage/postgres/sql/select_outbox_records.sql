-- Records with their segments, but for what their worker's lifetime covers, and what a sink
-- calls their projects, by rising seq: a row for each segment, or one without.
--
-- $1 sink, $2 seq[], $3 job_id[], $4 epoch[]
-- Returns seq, job_id, epoch, project_id, endpoint_id, worker_id, gpu_type, milli_gpus,
-- start_us, end_us, cause, cold_start_us, invocation_nanos, account_id, and of the
-- segment start_us, end_us, price_nanos; then kind, warm, bytes, covered.
SELECT k.seq, r.job_id, r.epoch, r.project_id, r.endpoint_id, r.worker_id, r.gpu_type,
       r.milli_gpus, r.start_us, r.end_us, r.cause, r.cold_start_us, r.invocation_nanos,
       p.account_id, s.start_us, s.end_us, s.price_nanos, r.kind, r.warm, r.bytes, r.covered
FROM unnest($2::bigint[], $3::uuid[], $4::int[]) AS k (seq, job_id, epoch)
JOIN metering.usage_records AS r USING (job_id, epoch)
LEFT JOIN metering.usage_segments AS s
  ON s.job_id = r.job_id AND s.epoch = r.epoch AND NOT s.covered
LEFT JOIN metering.sink_projects AS p ON p.sink = $1 AND p.project_id = r.project_id
ORDER BY k.seq, s.start_us

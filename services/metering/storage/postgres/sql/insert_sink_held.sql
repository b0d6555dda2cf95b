-- Holds records for a sink.
--
-- $1 sink, $2 seq[], $3 job_id[], $4 epoch[], $5 project_id[]
INSERT INTO metering.sink_held (sink, seq, job_id, epoch, project_id)
SELECT $1, k.*
FROM unnest($2::bigint[], $3::uuid[], $4::int[], $5::uuid[]) AS k
ON CONFLICT DO NOTHING

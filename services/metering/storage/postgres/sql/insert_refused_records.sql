-- Keeps records that were refused, each once.
--
-- $1 project_id[], $2 job_id[], $3 epoch[], $4 record[], $5 digest[] (hexadecimal digits)
INSERT INTO metering.refused_records (project_id, job_id, epoch, record, digest)
SELECT project_id, job_id, epoch, record, decode(digest, 'hex')
FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[])
  AS r (project_id, job_id, epoch, record, digest)
ON CONFLICT ON CONSTRAINT refused_once DO NOTHING

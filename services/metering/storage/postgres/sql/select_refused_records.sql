-- A page of a project's refused records, by rising id.
--
-- $1 project_id, $2 id to go on after, $3 most rows
-- Returns id, refused_at in microseconds, job_id, epoch, record.
SELECT id, (extract(epoch FROM refused_at) * 1000000)::bigint, job_id, epoch, record
FROM metering.refused_records
WHERE project_id = $1::uuid AND id > $2::bigint
ORDER BY id
LIMIT $3::int

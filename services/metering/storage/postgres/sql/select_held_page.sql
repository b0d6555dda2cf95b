-- Held records of a sink that can go now, by rising seq.
--
-- $1 sink, $2 most records, $3 whether also those of projects that are not mapped
-- Returns seq, job_id, epoch.
SELECT h.seq, h.job_id, h.epoch
FROM metering.sink_held AS h
LEFT JOIN metering.sink_projects AS p USING (sink, project_id)
WHERE h.sink = $1 AND ($3::boolean OR p.account_id IS NOT NULL)
ORDER BY h.seq
LIMIT $2::int

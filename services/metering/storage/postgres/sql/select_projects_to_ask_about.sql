-- Projects that a sink has a name for and, where they go by their own ids, those with
-- usage of late.
--
-- $1 sink, $2 whether projects go by their own ids, $3 hour to look from (microseconds),
-- $4 most rows
-- Returns project_id, account_id.
SELECT project_id, account_id
FROM metering.sink_projects
WHERE sink = $1
UNION ALL
SELECT DISTINCT h.project_id, h.project_id::text
FROM metering.usage_hourly_totals AS h
WHERE $2::boolean AND h.hour_us >= $3::bigint
  AND NOT EXISTS (SELECT FROM metering.sink_projects AS p
                  WHERE p.sink = $1 AND p.project_id = h.project_id)
ORDER BY project_id
LIMIT $4::int

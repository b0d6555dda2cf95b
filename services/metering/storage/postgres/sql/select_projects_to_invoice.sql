-- Projects with usage from before a time for which there is no invoice, by id. Goes from one
-- project to the next in the index, however much each has used.
--
-- $1 the time in microseconds, $2 project_id to go on after (NULL: from the first on),
-- $3 most rows
-- Returns project_id.
WITH RECURSIVE projects AS (
  (SELECT h.project_id, h.hour_us AS first_us
   FROM metering.usage_hourly_totals AS h
   WHERE $2::uuid IS NULL OR h.project_id > $2::uuid
   ORDER BY h.project_id, h.hour_us
   LIMIT 1)
  UNION ALL
  SELECT next.project_id, next.hour_us
  FROM projects AS p
  CROSS JOIN LATERAL (
    SELECT h.project_id, h.hour_us
    FROM metering.usage_hourly_totals AS h
    WHERE h.project_id > p.project_id
    ORDER BY h.project_id, h.hour_us
    LIMIT 1) AS next
)
SELECT p.project_id
FROM projects AS p
WHERE p.first_us < $1::bigint
  AND NOT EXISTS (SELECT FROM metering.invoices AS i
                  WHERE i.project_id = p.project_id AND i.period_end_us >= $1::bigint)
ORDER BY p.project_id
LIMIT $3::int

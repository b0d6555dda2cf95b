-- What was said of a project, the latest in force first.
--
-- $1 project_id, $2 in force from then or before, or NULL, $3 most rows
-- Returns effective_from_us, attributes (lines), recorded_us.
SELECT effective_from_us, attributes, recorded_us
FROM metering.project_attributes
WHERE project_id = $1::uuid AND ($2::bigint IS NULL OR effective_from_us <= $2::bigint)
ORDER BY effective_from_us DESC, id DESC
LIMIT $3::int
